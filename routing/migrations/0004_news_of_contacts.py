"""Contacts who are different now, and how far that was told on their open tickets."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0003_offers_shifts_and_overflows")]

    operations = [
        migrations.CreateModel(
            name="ContactNews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contact_id", models.BigIntegerField()),
                ("organization_id", models.BigIntegerField(blank=True, null=True)),
                ("what", models.CharField(max_length=24)),
                ("before", models.CharField(blank=True, default="", max_length=320)),
                ("after", models.CharField(blank=True, default="", max_length=320)),
                ("after_ticket_id", models.BigIntegerField(default=0)),
                ("told", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
        ),
    ]
