"""Arms time rules: a row for each wait that has begun, due when it has lasted long enough."""

from __future__ import annotations

from datetime import datetime

from core.db import Statement, run
from core.planned import Planned
from routing.models import Rule, RuleTimer
from routing.waits import DUE_SQL, SINCE_SQL

BATCH = 5000

# ruff: noqa: S608 - the statements are put together from constant text of routing/waits.py; values are parameters.
_ARM = f"""
    INSERT INTO routing_ruletimer (rule_id, ticket_id, episode, due_at, was_missed, attempts)
    SELECT r.id, t.id, s.since, {DUE_SQL.format(since="s.since")}, false, 0
    FROM tickets_ticket t CROSS JOIN routing_rule r CROSS JOIN LATERAL (SELECT {SINCE_SQL} AS since) s
    WHERE %s AND r.is_active AND r.wait <> '' AND s.since IS NOT NULL
    ON CONFLICT (rule_id, ticket_id, episode) DO UPDATE SET settled_at = NULL, was_missed = false
        WHERE routing_ruletimer.was_missed"""
_ARM_ONE = Planned(_ARM.replace("%s", "t.id = %s", 1))


def arm_ticket(ticket_id: int) -> Statement:
    """A timer for every wait that the ticket is in; one that was looked at in vain is looked at again."""
    return _ARM_ONE, [ticket_id]


def arm_rule(rule_id: int, *, after_ticket_id: int = 0) -> int | None:
    """Arm a changed rule for the tickets that wait already, one batch; returns where to go on, None at the end."""
    last = run(
        [
            (
                "SELECT max(id) FROM (SELECT id FROM tickets_ticket WHERE id > %s ORDER BY id LIMIT %s) batch",
                [after_ticket_id, BATCH],
            )
        ]
    )[0][0]
    if last is None:
        return None
    where = "r.id = %s AND t.id > %s AND t.id <= %s"
    run([(_ARM.replace("%s", where, 1), [rule_id, after_ticket_id, last])])
    return int(last)


def disarm(rule: Rule) -> None:
    """Forget the timers that have not acted: the rule is other than it was."""
    RuleTimer.objects.filter(rule=rule, settled_at__isnull=True).delete()
    RuleTimer.objects.filter(rule=rule, was_missed=True).delete()


def wait_of(rule_id: int, ticket_id: int) -> tuple[datetime, datetime] | None:
    """Since when the ticket waits as the rule means it, and when the rule is due; None when it does not wait."""
    sql = f"""
        SELECT s.since, {DUE_SQL.format(since="s.since")}
        FROM tickets_ticket t CROSS JOIN routing_rule r CROSS JOIN LATERAL (SELECT {SINCE_SQL} AS since) s
        WHERE t.id = %s AND r.id = %s AND s.since IS NOT NULL"""
    rows = run([(sql, [ticket_id, rule_id])])
    return (rows[0][0], rows[0][1]) if rows else None
