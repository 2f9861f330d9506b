"""The statements that move the clocks of one ticket: each reads the ticket's present state, needs no answer.

They run inside the writer's transaction, which holds the ticket's row lock, and are safe to repeat. Several go
out in one round trip (core.db.defer), so a message costs its clocks one trip whatever the number of policies. Those
that apply terms take the ids of many tickets, too.
"""

# ruff: noqa: S608 - every part of the statements is constant text of this app; values are parameters.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.clock import NEVER
from core.db import Statement
from core.planned import Planned
from sla.services.fact_sql import of_pauses
from sla.services.fitting import policy_of_ticket
from tickets.services import sla_marks

_NEVER = f"'{NEVER.isoformat()}'::timestamptz"
_NOW = "(SELECT %s::bigint AS ticket_id, %s::timestamptz AS at) m"
_NOW_OF_EACH = "(SELECT unnest(%s::bigint[]) AS ticket_id, %s::timestamptz AS at) m"
Tickets = int | Sequence[int]

# Keeps what open time is asked for in one place: the planner would put the question wherever its answer is used.
_ONCE = "OFFSET 0"

# The calendar that policy p counts in for ticket t.
_HOURS = """LATERAL (SELECT coalesce(
    CASE WHEN p.prefers_ticket_hours THEN sla_hours_of(t.team_id, t.inbox_id) END, p.hours_id) AS id) h"""

# What clock c has used up by the moment m.at, standing or running.
_USED = """(c.elapsed_seconds + CASE WHEN c.running_since IS NULL THEN 0
    ELSE sla_open_seconds(c.hours_id, c.running_since, m.at) END)"""

# Whether clock c has to stand still, as its policy p says.
_WAITS = """(c.metric = ANY (p.paused_metrics) AND (t.status = ANY (p.pauses_on)
    OR (t.snoozed_until IS NOT NULL AND 'snoozed' = ANY (p.pauses_on))))"""

_REPLIER = "COALESCE(%s::bigint, t.assignee_id)"
_IS_LATE = "(c.breached_at IS NULL AND c.due_at < m.at)"


def start(tickets: Tickets, at: datetime) -> Statement:
    """Begin the clocks that the ticket should have: an answer is owed while the contact waits.

    Terms that begin to apply later count from the customer's message; where they would be broken at that moment
    already, the whole time is allowed once more.
    """
    policy, params = policy_of_ticket()
    sql = f"""
        INSERT INTO sla_clock (ticket_id, metric, policy_id, policy_version, hours_id, target_seconds,
            allowed_seconds, warn_after, warnings_done, escalate_after, escalations_done, started_at, running_since,
            elapsed_seconds, due_at, warn_at, escalate_at, channel, priority)
        SELECT t.id, g.metric, p.id, p.version, h.id, g.seconds, a.allowed, g.warn_after, a.warned,
            p.escalate_after, 0, s.at, s.at, 0, sla_due_at(h.id, s.at, a.allowed),
            sla_step_at(h.id, s.at, 0, g.warn_after[a.warned + 1]),
            sla_step_at(h.id, s.at, 0, a.allowed + p.escalate_after[1]), '', ''
        FROM {_now_of(tickets)}
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN {policy}
        CROSS JOIN {_HOURS}
        JOIN sla_target g ON g.policy_id = p.id AND g.priority = t.priority
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN g.metric IN ('first_response', 'next_response') THEN t.waiting_since
                WHEN EXISTS (SELECT FROM sla_clock o WHERE o.ticket_id = t.id AND o.metric = g.metric) THEN m.at
                ELSE t.created_at END AS at {_ONCE}
        ) s
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.at < m.at THEN sla_open_seconds(h.id, s.at, m.at) ELSE 0 END AS used {_ONCE}) u
        CROSS JOIN LATERAL (
            SELECT CASE WHEN u.used >= g.seconds THEN u.used + g.seconds ELSE g.seconds END AS allowed,
                (SELECT count(*) FROM unnest(g.warn_after) w WHERE w <= u.used) AS warned
        ) a
        WHERE t.status IN ('open', 'pending', 'on_hold')
            AND s.at IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM sla_clock r WHERE r.ticket_id = t.id AND r.metric = g.metric AND r.finished_at IS NULL)
            AND g.metric <> CASE WHEN t.first_replied_at IS NULL THEN 'next_response' ELSE 'first_response' END
        ON CONFLICT (ticket_id, metric) WHERE finished_at IS NULL DO NOTHING
        """
    # What conditions compare with is typed by its value: such a text is planned with its values.
    return sql if params or not isinstance(tickets, int) else Planned(sql), [tickets, at, *params]


def pause_or_resume(tickets: Tickets, at: datetime) -> Statement:
    """A promise stands still while we wait for somebody else, as far as its policy says so; that is a fact, too."""
    return (
        f"""
        WITH moved AS (
            UPDATE sla_clock c SET
                elapsed_seconds = n.used, running_since = n.since, paused_at = CASE WHEN n.waits THEN n.at END,
                due_at = CASE WHEN n.is_over THEN c.due_at
                    ELSE sla_step_at(c.hours_id, n.since, n.used, c.allowed_seconds) END,
                warn_at = CASE WHEN n.is_over THEN {_NEVER}
                    ELSE sla_step_at(c.hours_id, n.since, n.used, c.warn_after[c.warnings_done + 1]) END,
                escalate_at = sla_step_at(c.hours_id, n.since, n.used,
                    c.allowed_seconds + c.escalate_after[c.escalations_done + 1])
            FROM ({_moved_by_waiting(tickets)}) n
            WHERE c.id = n.id
            RETURNING c.*, n.waits, n.at AS now_at, n.paused_before
        )
        {of_pauses("moved")}
        """,
        [tickets, at],
    )


def retarget(tickets: Tickets, at: datetime) -> Statement:
    """Apply the policy, priority and calendar that the ticket has now to its unfinished clocks.

    What was used up stays used, by the calendar of its time. Nobody is made late by a change: where the new time is
    over already, it is allowed once more, though no longer than the old terms did. A ticket that is late keeps its
    other promises: the escalation raises the priority, and that must not break them too. In another escalation path
    the clock stands where the step that it took last would be.
    """
    policy, params = policy_of_ticket()
    return (
        f"""
        UPDATE sla_clock c SET
            policy_id = n.policy_id, policy_version = n.version, hours_id = n.hours_id,
            target_seconds = n.seconds, allowed_seconds = n.allowed, warn_after = n.warn_after,
            warnings_done = n.warned, escalate_after = n.escalate_after, escalations_done = n.escalated,
            elapsed_seconds = n.elapsed, running_since = n.since, due_at = n.due,
            warn_at = CASE WHEN n.is_over THEN {_NEVER}
                ELSE sla_step_at(n.hours_id, n.since, n.elapsed, n.warn_after[n.warned + 1]) END,
            escalate_at = sla_step_at(n.hours_id, n.since, n.elapsed, n.allowed + n.escalate_after[n.escalated + 1])
        FROM (
            SELECT k.*, CASE WHEN k.is_over THEN k.old_due
                ELSE sla_step_at(k.hours_id, k.since, k.elapsed, k.allowed) END AS due
            FROM ({_measured_anew(policy, tickets)}) k {_ONCE}
        ) n
        WHERE c.id = n.id AND (c.policy_id, c.policy_version, c.hours_id, c.target_seconds, c.warn_after,
            c.escalate_after, c.due_at) IS DISTINCT FROM (n.policy_id, n.version, n.hours_id, n.seconds, n.warn_after,
            n.escalate_after, n.due)
        """,
        [tickets, at, *params],
    )


def meet_responses(ticket_id: int, at: datetime, *, message_id: int, agent_id: int | None) -> Statement:
    """A person has answered: the promise of a response, or of a public word, is kept, in time or late."""
    return (
        f"""
        UPDATE sla_clock c SET
            met_at = m.at, met_by_message_id = %s, {finishing(_REPLIER, is_met="true", counts="true")}
        FROM {_NOW} JOIN tickets_ticket t ON t.id = m.ticket_id
        WHERE c.ticket_id = t.id AND c.finished_at IS NULL AND (c.metric = 'update'
            OR (t.waiting_since IS NULL AND c.metric IN ('first_response', 'next_response')))
        """,
        [message_id, agent_id, ticket_id, at],
    )


def retract(message_id: int) -> list[Statement]:
    """The answer was taken back before it left: its clocks go on as if it had never been."""
    drop = """
        DELETE FROM sla_clock o USING sla_clock c
        WHERE c.met_by_message_id = %s AND c.metric = 'update' AND o.ticket_id = c.ticket_id AND o.metric = 'update'
            AND o.finished_at IS NULL AND o.breached_at IS NULL AND o.started_at = c.finished_at"""
    go_on = f"""
        UPDATE sla_clock c SET {going_on("c.finished_at")}
        FROM tickets_ticket t, sla_policy p
        WHERE t.id = c.ticket_id AND p.id = c.policy_id AND c.met_by_message_id = %s AND NOT EXISTS (
            SELECT FROM sla_clock o
            WHERE o.ticket_id = c.ticket_id AND o.metric = c.metric AND o.finished_at IS NULL)"""
    return [(drop, [message_id]), (go_on, [message_id])]


def finish(ticket_id: int, at: datetime) -> Statement:
    """The ticket is done: resolution is met, answers that nobody needs now are called off; spam counts not."""
    return (
        f"""
        UPDATE sla_clock c SET
            met_at = CASE WHEN c.metric = 'resolution' AND t.status <> 'spam' THEN m.at END,
            {finishing("t.assignee_id", is_met="c.metric = 'resolution'", counts="t.status <> 'spam'")}
        FROM {_NOW} JOIN tickets_ticket t ON t.id = m.ticket_id
        WHERE c.ticket_id = t.id AND c.finished_at IS NULL
            AND t.status IN ('resolved', 'closed', 'spam')
        """,
        [ticket_id, at],
    )


def count_warnings(clock_id: int, at: datetime) -> Statement:
    """Tick off the warnings that are due, look forward to the next; returns the seconds that are left."""
    return (
        f"""
        UPDATE sla_clock c SET
            warned_at = n.at, warnings_done = n.done,
            warn_at = sla_step_at(c.hours_id, c.running_since, c.elapsed_seconds, c.warn_after[n.done + 1])
        FROM (
            SELECT c.id, m.at, u.used, greatest(c.warnings_done + 1,
                (SELECT count(*) FROM unnest(c.warn_after) w WHERE w <= u.used)) AS done
            FROM (SELECT %s::bigint AS id, %s::timestamptz AS at) m
            JOIN sla_clock c ON c.id = m.id
            CROSS JOIN LATERAL (SELECT {_USED} AS used) u
        ) n
        WHERE c.id = n.id
        RETURNING greatest(c.allowed_seconds - n.used, 0)
        """,
        [clock_id, at],
    )


def next_escalation(clock_id: int) -> Statement:
    """Tick off one step of the escalation path, look forward to the next."""
    sql = """
        UPDATE sla_clock SET escalations_done = escalations_done + 1,
            escalate_at = sla_step_at(hours_id, running_since, elapsed_seconds,
                allowed_seconds + escalate_after[escalations_done + 2])
        WHERE id = %s"""
    return sql, [clock_id]


def refresh_marks(ticket_id: int) -> Statement:
    """Copy the nearest deadline to the ticket, where lists sort by it."""
    select = f"""
        SELECT COALESCE(n.due_at, {_NEVER}), COALESCE(n.metric, ''), COALESCE(n.is_breached, false)
        FROM (SELECT) one LEFT JOIN LATERAL (
            SELECT due_at, CASE WHEN due_at < {_NEVER} THEN metric END AS metric,
                bool_or(breached_at IS NOT NULL) OVER () AS is_breached
            FROM sla_clock WHERE ticket_id = %s AND finished_at IS NULL
            ORDER BY due_at, id LIMIT 1
        ) n ON true"""
    return sla_marks.mark_from(ticket_id, (select, [ticket_id]))


def refresh_marks_of(ticket_ids: Sequence[int]) -> Statement:
    """The same for many tickets."""
    select = f"""
        SELECT DISTINCT ON (k.id) k.id, COALESCE(c.due_at, {_NEVER}),
            COALESCE(CASE WHEN c.due_at < {_NEVER} THEN c.metric END, ''),
            COALESCE(bool_or(c.breached_at IS NOT NULL) OVER (PARTITION BY k.id), false)
        FROM unnest(%s::bigint[]) k (id) LEFT JOIN sla_clock c ON c.ticket_id = k.id AND c.finished_at IS NULL
        ORDER BY k.id, c.due_at, c.id"""
    return sla_marks.mark_each_from((select, [list(ticket_ids)]))


def _now_of(tickets: Tickets) -> str:
    return _NOW if isinstance(tickets, int) else _NOW_OF_EACH


def _moved_by_waiting(tickets: Tickets) -> str:
    """The unfinished clocks that run and should stand, or stand and should run."""
    return f"""
        SELECT c.id, m.at, w.waits, c.paused_at AS paused_before, {_USED} AS used,
            CASE WHEN w.waits THEN NULL ELSE m.at END AS since,
            (c.breached_at IS NOT NULL OR c.due_at <= m.at) AS is_over
        FROM {_now_of(tickets)}
        JOIN tickets_ticket t ON t.id = m.ticket_id
        JOIN sla_clock c ON c.ticket_id = t.id AND c.finished_at IS NULL
        JOIN sla_policy p ON p.id = c.policy_id
        CROSS JOIN LATERAL (SELECT {_WAITS} AS waits) w
        WHERE (c.running_since IS NULL) <> w.waits"""


def _measured_anew(policy: str, tickets: Tickets) -> str:
    """The unfinished clocks of the tickets by the terms that apply now."""
    return f"""
        SELECT c.id, p.id AS policy_id, p.version, h.id AS hours_id, g.seconds, g.warn_after, p.escalate_after,
            c.due_at AS old_due, o.is_over,
            CASE WHEN o.is_moved THEN u.used ELSE c.elapsed_seconds END AS elapsed,
            CASE WHEN o.is_moved THEN m.at ELSE c.running_since END AS since,
            CASE WHEN o.is_over OR g.seconds = c.target_seconds THEN c.allowed_seconds
                WHEN u.used >= g.seconds THEN least(c.allowed_seconds, u.used + g.seconds)
                ELSE g.seconds END AS allowed,
            CASE WHEN (g.seconds, g.warn_after) = (c.target_seconds, c.warn_after) THEN c.warnings_done
                ELSE (SELECT count(*) FROM unnest(g.warn_after) w WHERE w <= u.used) END AS warned,
            CASE WHEN p.escalate_after = c.escalate_after THEN c.escalations_done
                ELSE (SELECT count(*) FROM unnest(p.escalate_after) e
                    WHERE e <= c.escalate_after[c.escalations_done]) END AS escalated
        FROM {_now_of(tickets)}
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN {policy}
        CROSS JOIN {_HOURS}
        JOIN sla_target g ON g.policy_id = p.id AND g.priority = t.priority
        JOIN sla_clock c ON c.ticket_id = t.id AND c.metric = g.metric AND c.finished_at IS NULL
        CROSS JOIN LATERAL (SELECT {_USED} AS used {_ONCE}) u
        CROSS JOIN LATERAL (SELECT c.breached_at IS NOT NULL OR c.due_at <= m.at AS is_over,
            c.running_since IS NOT NULL AND c.hours_id IS DISTINCT FROM h.id AS is_moved) o
        WHERE g.seconds >= c.target_seconds OR NOT EXISTS (
            SELECT FROM sla_clock late
            WHERE late.ticket_id = t.id AND late.finished_at IS NULL AND late.breached_at IS NOT NULL)"""


def going_on(since: str) -> str:
    """The columns of a finished clock c of ticket t and policy p that goes on, as if it had all the time: it runs on
    since that moment, or stands still as the ticket does."""
    runs = f"CASE WHEN NOT {_WAITS} THEN {since} END"
    paused = "SELECT max(f.at) FROM sla_fact f WHERE f.ticket_id = t.id AND f.metric = c.metric AND f.kind = 'paused'"
    return f"""
        met_at = NULL, met_by_message_id = NULL, finished_at = NULL, running_since = {runs},
        paused_at = CASE WHEN {_WAITS} THEN coalesce(({paused}), {since}) END,
        due_at = CASE WHEN c.breached_at IS NOT NULL THEN c.due_at
            ELSE sla_step_at(c.hours_id, {runs}, c.elapsed_seconds, c.allowed_seconds) END,
        warn_at = CASE WHEN c.breached_at IS NOT NULL THEN c.warn_at
            ELSE sla_step_at(c.hours_id, {runs}, c.elapsed_seconds, c.warn_after[c.warnings_done + 1]) END,
        escalate_at = sla_step_at(c.hours_id, {runs}, c.elapsed_seconds,
            c.allowed_seconds + c.escalate_after[c.escalations_done + 1]),
        decided_at = CASE WHEN c.breached_at IS NOT NULL THEN coalesce(c.decided_at, c.breached_at) END"""


def finishing(agent: str, *, is_met: str, counts: str) -> str:
    """The columns that every finish sets. The outcome becomes a fact once, with the snapshot beside it: at the
    breach, or when the clock is met in time."""
    snapshot = ", ".join(
        f"{name} = CASE WHEN c.decided_at IS NULL THEN {value} ELSE c.{name} END"
        for name, value in (
            ("team_id", "t.team_id"),
            ("agent_id", agent),
            ("inbox_id", "t.inbox_id"),
            ("channel", "t.channel"),
            ("priority", "t.priority"),
        )
    )
    return f"""
        finished_at = m.at, elapsed_seconds = {_USED}, running_since = NULL, paused_at = NULL,
        warn_at = {_NEVER}, escalate_at = {_NEVER},
        breached_at = CASE WHEN {counts} AND {_IS_LATE} THEN c.due_at ELSE c.breached_at END,
        decided_at = CASE WHEN NOT ({counts}) THEN NULL WHEN c.decided_at IS NOT NULL THEN c.decided_at
            WHEN {_IS_LATE} THEN c.due_at WHEN {is_met} THEN m.at END,
        {snapshot}"""
