"""Drops the index that the one of organizations and tickets replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0018_find_tickets_of_organizations")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="tickets",
                to="people.organization",
            ),
        ),
    ]
