"""The tickets of an organization are told by an index alone."""

from django.db import migrations, models

from core.indexes import BuildIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0017_why_a_ticket_was_escalated")]

    operations = [
        BuildIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("organization__isnull", False)),
                fields=["organization", "id"],
                name="ticket_organization",
            ),
        ),
    ]
