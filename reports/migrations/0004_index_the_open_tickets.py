"""An index that alone tells the backlog of this moment."""

from django.db import migrations

DROP = "DROP INDEX CONCURRENTLY IF EXISTS reports_open_tickets"
# Everything that the backlog is broken down by: the tickets themselves need not be read.
BUILD = """
CREATE INDEX CONCURRENTLY reports_open_tickets ON tickets_ticket (created_at)
INCLUDE (id, team_id, assignee_id, inbox_id, organization_id, channel, priority, status, waiting_since)
WHERE status IN ('open', 'pending', 'on_hold')
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reports", "0003_when_stored_facts_began"),
        ("tickets", "0011_index_the_mails_that_were_seen"),
    ]

    operations = [migrations.RunSQL([DROP, BUILD], [DROP])]
