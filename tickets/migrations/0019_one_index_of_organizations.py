"""Drops the index that the one of organizations and tickets replaces.

By hand: Django would check the foreign key of every ticket anew, and nobody could read or write one meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models

DROP = "DROP INDEX CONCURRENTLY IF EXISTS tickets_ticket_organization_id_7128da48"
BUILD = "CREATE INDEX CONCURRENTLY tickets_ticket_organization_id_7128da48 ON tickets_ticket (organization_id)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0018_find_tickets_of_organizations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([DROP], [DROP, BUILD])],
            state_operations=[
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
            ],
        ),
    ]
