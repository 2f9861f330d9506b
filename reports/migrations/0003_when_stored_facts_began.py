"""When stored facts began, and an index that alone tells the backlog of this moment."""

from django.db import migrations, models

# Everything that the backlog is broken down by: the tickets themselves need not be read.
INDEX = """
CREATE INDEX reports_open_tickets ON tickets_ticket (created_at)
INCLUDE (id, team_id, assignee_id, inbox_id, organization_id, channel, priority, status, waiting_since)
WHERE status IN ('open', 'pending', 'on_hold');
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_closed_days_as_columns"), ("tickets", "0011_index_the_mails_that_were_seen")]

    operations = [
        migrations.AddField("closedday", "began", models.BinaryField(default=b"")),
        migrations.RunSQL(
            "ALTER TABLE reports_closedday ALTER COLUMN began SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        migrations.RunSQL(INDEX, "DROP INDEX reports_open_tickets"),
    ]
