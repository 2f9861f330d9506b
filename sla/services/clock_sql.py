"""The statements that move the clocks of one ticket: each reads the ticket's present state, needs no answer.

They run inside the writer's transaction, which holds the ticket's row lock, and are safe to repeat. Several go
out in one round trip (core.db.defer), so a message costs its clocks one trip whatever the number of policies.
"""

# ruff: noqa: S608 - every part of the statements is constant text of this file; values are parameters.

from __future__ import annotations

from datetime import datetime

from core.clock import NEVER
from core.db import Statement
from tickets.services import sla_marks

_NEVER = f"'{NEVER.isoformat()}'::timestamptz"
_NOW = "(SELECT %s::bigint AS ticket_id, %s::timestamptz AS at) m"

# The first active policy whose conditions fit ticket t.
_POLICY = """LATERAL (
    SELECT * FROM sla_policy
    WHERE is_active
        AND (inbox_ids = '{}' OR t.inbox_id = ANY (inbox_ids))
        AND (team_ids = '{}' OR t.team_id = ANY (team_ids))
        AND (organization_ids = '{}' OR t.organization_id = ANY (organization_ids))
        AND (tags = '{}' OR tags && t.tags)
    ORDER BY position, id LIMIT 1
) p"""

# What clock c has used up by the moment m.at, standing or running.
_USED = """c.elapsed_seconds + CASE WHEN c.running_since IS NULL THEN 0
    ELSE sla_open_seconds(p.hours_id, c.running_since, m.at) END"""

_REPLIER = "COALESCE(%s::bigint, t.assignee_id)"
_IS_LATE = "(c.breached_at IS NULL AND c.due_at < m.at)"


def start(ticket_id: int, at: datetime) -> Statement:
    """Begin the clocks that the ticket should have: an answer is owed while the contact waits."""
    return (
        f"""
        INSERT INTO sla_clock (ticket_id, metric, policy_id, policy_version, target_seconds, warn_seconds,
            started_at, running_since, elapsed_seconds, due_at, warn_at, channel, priority)
        SELECT t.id, g.metric, p.id, p.version, g.seconds, g.warn, s.at, s.at, 0,
            sla_due_at(p.hours_id, s.at, g.seconds), sla_due_at(p.hours_id, s.at, g.warn), '', ''
        FROM {_NOW}
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN {_POLICY}
        CROSS JOIN LATERAL (
            SELECT metric, seconds, seconds::bigint * warn_percent / 100 AS warn
            FROM sla_target WHERE policy_id = p.id AND priority = t.priority
        ) g
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN g.metric <> 'resolution' THEN t.waiting_since
                WHEN EXISTS (SELECT FROM sla_clock o WHERE o.ticket_id = t.id AND o.metric = g.metric) THEN m.at
                ELSE t.created_at END AS at
        ) s
        WHERE t.status IN ('open', 'pending', 'on_hold')
            AND s.at IS NOT NULL
            AND g.metric <> CASE WHEN t.first_replied_at IS NULL THEN 'next_response' ELSE 'first_response' END
        ON CONFLICT (ticket_id, metric) WHERE finished_at IS NULL DO NOTHING
        """,
        [ticket_id, at],
    )


def pause_or_resume(ticket_id: int, at: datetime) -> Statement:
    """Resolution stands still while we wait for somebody else; answers are owed whatever the status says."""
    return (
        f"""
        UPDATE sla_clock c SET
            elapsed_seconds = {_USED},
            running_since = CASE WHEN w.waits THEN NULL ELSE m.at END,
            paused_at = CASE WHEN w.waits THEN m.at END,
            due_at = CASE WHEN c.breached_at IS NOT NULL THEN c.due_at WHEN w.waits THEN {_NEVER}
                ELSE sla_due_at(p.hours_id, m.at, c.target_seconds - c.elapsed_seconds) END,
            warn_at = CASE WHEN c.warned_at IS NOT NULL OR w.waits THEN {_NEVER}
                ELSE sla_due_at(p.hours_id, m.at, c.warn_seconds - c.elapsed_seconds) END
        FROM {_NOW}
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN sla_policy p
        CROSS JOIN LATERAL (
            SELECT t.status IN ('pending', 'on_hold')
                OR (t.snoozed_until IS NOT NULL AND p.pauses_while_snoozed) AS waits
        ) w
        WHERE c.ticket_id = t.id AND p.id = c.policy_id AND c.metric = 'resolution'
            AND c.finished_at IS NULL AND (c.running_since IS NULL) <> w.waits
        """,
        [ticket_id, at],
    )


def retarget(ticket_id: int, at: datetime) -> Statement:
    """Apply the policy and priority that the ticket has now to its unfinished clocks.

    A ticket that is already late keeps its other promises: the escalation raises the priority, and that must not
    break them too.
    """
    return (
        f"""
        UPDATE sla_clock c SET
            policy_id = p.id, policy_version = p.version, target_seconds = g.seconds,
            warn_seconds = g.seconds::bigint * g.warn_percent / 100,
            due_at = CASE WHEN c.breached_at IS NOT NULL THEN c.due_at WHEN c.running_since IS NULL THEN {_NEVER}
                ELSE sla_due_at(p.hours_id, c.running_since, g.seconds - c.elapsed_seconds) END,
            warn_at = CASE WHEN c.warned_at IS NOT NULL OR c.running_since IS NULL THEN {_NEVER}
                ELSE sla_due_at(p.hours_id, c.running_since,
                    g.seconds::bigint * g.warn_percent / 100 - c.elapsed_seconds) END
        FROM {_NOW}
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN {_POLICY}
        JOIN sla_target g ON g.policy_id = p.id AND g.priority = t.priority
        WHERE c.ticket_id = t.id AND c.metric = g.metric AND c.finished_at IS NULL
            AND (c.policy_id, c.policy_version, c.target_seconds) <> (p.id, p.version, g.seconds)
            AND (g.seconds >= c.target_seconds OR NOT EXISTS (
                SELECT FROM sla_clock o
                WHERE o.ticket_id = t.id AND o.finished_at IS NULL AND o.breached_at IS NOT NULL))
        """,
        [ticket_id, at],
    )


def meet_responses(ticket_id: int, at: datetime, *, message_id: int, agent_id: int | None) -> Statement:
    """A person has answered: the promise of a response is kept, in time or late."""
    return (
        f"""
        UPDATE sla_clock c SET
            met_at = m.at, met_by_message_id = %s, {_finishing(_REPLIER, is_met="true", counts="true")}
        FROM {_NOW} JOIN tickets_ticket t ON t.id = m.ticket_id CROSS JOIN sla_policy p
        WHERE c.ticket_id = t.id AND p.id = c.policy_id
            AND t.waiting_since IS NULL AND c.metric IN ('first_response', 'next_response') AND c.finished_at IS NULL
        """,
        [message_id, agent_id, ticket_id, at],
    )


def retract(message_id: int) -> Statement:
    """The answer was taken back before it left: its clocks go on as if it had never been."""
    return (
        """
        UPDATE sla_clock c SET
            met_at = NULL, met_by_message_id = NULL, finished_at = NULL, running_since = c.finished_at,
            due_at = CASE WHEN c.breached_at IS NOT NULL THEN c.due_at
                ELSE sla_due_at(p.hours_id, c.finished_at, c.target_seconds - c.elapsed_seconds) END,
            warn_at = CASE WHEN c.warned_at IS NOT NULL THEN c.warn_at
                ELSE sla_due_at(p.hours_id, c.finished_at, c.warn_seconds - c.elapsed_seconds) END,
            decided_at = CASE WHEN c.breached_at IS NOT NULL THEN c.decided_at END
        FROM sla_policy p
        WHERE p.id = c.policy_id AND c.met_by_message_id = %s AND NOT EXISTS (
            SELECT FROM sla_clock o
            WHERE o.ticket_id = c.ticket_id AND o.metric = c.metric AND o.finished_at IS NULL)
        """,
        [message_id],
    )


def finish(ticket_id: int, at: datetime) -> Statement:
    """The ticket is done: resolution is met, answers that nobody needs now are called off; spam counts not."""
    return (
        f"""
        UPDATE sla_clock c SET
            met_at = CASE WHEN c.metric = 'resolution' AND t.status <> 'spam' THEN m.at END,
            {_finishing("t.assignee_id", is_met="c.metric = 'resolution'", counts="t.status <> 'spam'")}
        FROM {_NOW} JOIN tickets_ticket t ON t.id = m.ticket_id CROSS JOIN sla_policy p
        WHERE c.ticket_id = t.id AND p.id = c.policy_id AND c.finished_at IS NULL
            AND t.status IN ('resolved', 'closed', 'spam')
        """,
        [ticket_id, at],
    )


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


def _finishing(agent: str, *, is_met: str, counts: str) -> str:
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
        finished_at = m.at, elapsed_seconds = {_USED}, running_since = NULL, paused_at = NULL, warn_at = {_NEVER},
        breached_at = CASE WHEN {counts} AND {_IS_LATE} THEN c.due_at ELSE c.breached_at END,
        decided_at = CASE WHEN NOT ({counts}) THEN NULL WHEN c.decided_at IS NOT NULL THEN c.decided_at
            WHEN {_IS_LATE} THEN c.due_at WHEN {is_met} THEN m.at END,
        {snapshot}"""
