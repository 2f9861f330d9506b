"""Tickets say why the last step of escalation was taken; a constant default, so no row is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_values_of_tickets_that_are_there")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="sla_why",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
