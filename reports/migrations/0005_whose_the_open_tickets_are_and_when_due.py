"""The index of open tickets tells also whose they are and when they are due: the wallboard needs no ticket either."""

from django.db import migrations

DROP = "DROP INDEX CONCURRENTLY IF EXISTS {}"
BUILD = """
CREATE INDEX CONCURRENTLY {} ON tickets_ticket (created_at)
INCLUDE (id, team_id, assignee_id, inbox_id, organization_id, {}channel, priority, status, waiting_since{})
WHERE status IN ('open', 'pending', 'on_hold')
"""
OLD, NEW = "reports_open_tickets", "reports_open_now"
FORWARD = [DROP.format(NEW), BUILD.format(NEW, "contact_id, ", ", snoozed_until, sla_due_at"), DROP.format(OLD)]
BACKWARD = [DROP.format(OLD), BUILD.format(OLD, "", ""), DROP.format(NEW)]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reports", "0004_index_the_open_tickets")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
