"""Arms time rules: a row for each wait that has begun, due when it has lasted long enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.clock import now
from core.db import Statement, run
from core.planned import Planned
from routing.models import Rule, RuleTimer
from routing.waits import DUE_SQL, SINCE_SQL

BATCH = 5000
# Longer than a task may work; who said nothing for so long is dead or was never there.
PATIENCE = timedelta(minutes=3)

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


def begin(rule: Rule) -> None:
    """Written with the change of the rule: from now on somebody will have to arm it to the end."""
    is_due = bool(rule.wait) and rule.is_active
    rule.arming_after, rule.arming_due_at = (0, now() + PATIENCE) if is_due else (None, None)
    Rule.objects.filter(pk=rule.pk).update(arming_after=rule.arming_after, arming_due_at=rule.arming_due_at)


def among_unfinished(rule_ids: Sequence[int]) -> list[int]:
    """Of these rules the ones that are not armed for every ticket yet."""
    return list(Rule.objects.filter(pk__in=rule_ids, arming_after__isnull=False).values_list("pk", flat=True))


def note(rule_id: int, position: int | None) -> None:
    """How far the arming is; None is the end."""
    due_at = None if position is None else now() + PATIENCE
    Rule.objects.filter(pk=rule_id, arming_after__isnull=False).update(arming_after=position, arming_due_at=due_at)


def unfinished() -> list[tuple[int, int]]:
    """The rules on whose arming nobody works, each with where to go on; asking takes them for a while."""
    stuck = Rule.objects.filter(arming_due_at__lte=now(), arming_after__isnull=False)
    found = list(stuck.values_list("pk", "arming_after")[:50])
    Rule.objects.filter(pk__in=[pk for pk, _ in found]).update(arming_due_at=now() + PATIENCE)
    return [(pk, position or 0) for pk, position in found]


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
