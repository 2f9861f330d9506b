"""Keeps TicketCount true by triggers: whoever writes tickets, by whatever statement, the counts follow."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tickets_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_ticketcount (inbox_id, team_id, assignee_id, status, is_snoozed, n)
    SELECT inbox_id, team_id, assignee_id, status, snoozed_until IS NOT NULL, count(*)
    FROM fresh GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;

CREATE FUNCTION tickets_count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_ticketcount (inbox_id, team_id, assignee_id, status, is_snoozed, n)
    SELECT inbox_id, team_id, assignee_id, status, snoozed_until IS NOT NULL, -count(*)
    FROM stale GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;

CREATE FUNCTION tickets_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_ticketcount (inbox_id, team_id, assignee_id, status, is_snoozed, n)
    SELECT inbox_id, team_id, assignee_id, status, is_snoozed, sum(n) FROM (
        SELECT inbox_id, team_id, assignee_id, status, snoozed_until IS NOT NULL AS is_snoozed, 1 AS n FROM fresh
        UNION ALL
        SELECT inbox_id, team_id, assignee_id, status, snoozed_until IS NOT NULL, -1 FROM stale
    ) AS both_sides
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER tickets_count_added AFTER INSERT ON tickets_ticket
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tickets_count_added();
CREATE TRIGGER tickets_count_removed AFTER DELETE ON tickets_ticket
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION tickets_count_removed();
CREATE TRIGGER tickets_count_changed AFTER UPDATE ON tickets_ticket
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tickets_count_changed();
"""

BACKWARD = """
DROP TRIGGER tickets_count_added ON tickets_ticket;
DROP TRIGGER tickets_count_removed ON tickets_ticket;
DROP TRIGGER tickets_count_changed ON tickets_ticket;
DROP FUNCTION tickets_count_added();
DROP FUNCTION tickets_count_removed();
DROP FUNCTION tickets_count_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tickets_messages_events")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
