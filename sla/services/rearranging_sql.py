"""The statements that settle the clocks of a ticket when messages were moved, split off, merged, or put back, and when
an end was taken back."""

# ruff: noqa: S608 - every part of the statements is constant text of this app; values are parameters.

from __future__ import annotations

from datetime import datetime

from core.db import Statement
from sla.services import clock_sql

_NOW = "(SELECT %s::bigint AS ticket_id, %s::timestamptz AS at) m"
_RESPONSES = "('first_response', 'next_response')"
_OWED = "CASE WHEN t.first_replied_at IS NULL THEN 'first_response' ELSE 'next_response' END"


def settle(ticket_id: int, at: datetime) -> list[Statement]:
    """Messages came or went: what nobody waits for here any more is called off, what is owed counts from the message
    that waits."""
    return [
        _call_off(ticket_id, at),
        _count_from_the_waiting(ticket_id, at),
        clock_sql.start(ticket_id, at),
        clock_sql.pause_or_resume(ticket_id, at),
        clock_sql.refresh_marks(ticket_id),
    ]


def revive(ticket_id: int, event_id: int) -> Statement:
    """What this event of the ticket did is undone: the promises that it ended go on as if nothing had been. What an
    answer of that moment kept stays kept."""
    sql = f"""
        UPDATE sla_clock c SET {clock_sql.going_on("c.finished_at")}
        FROM tickets_ticketevent e, tickets_ticket t, sla_policy p
        WHERE e.id = %s AND t.id = %s AND c.ticket_id = t.id AND p.id = c.policy_id
            AND c.finished_at = e.at AND c.met_by_message_id IS NULL AND NOT EXISTS (
                SELECT FROM sla_clock o
                WHERE o.ticket_id = c.ticket_id AND o.metric = c.metric AND o.finished_at IS NULL)"""
    return sql, [event_id, ticket_id]


def _call_off(ticket_id: int, at: datetime) -> Statement:
    """A merged ticket is not solved: its promises end undecided, unless they were late already."""
    return (
        f"""
        UPDATE sla_clock c SET {clock_sql.finishing("t.assignee_id", is_met="false", counts="true")}
        FROM {_NOW} JOIN tickets_ticket t ON t.id = m.ticket_id
        WHERE c.ticket_id = t.id AND c.finished_at IS NULL AND (
            t.status NOT IN ('open', 'pending', 'on_hold')
            OR (c.metric IN {_RESPONSES} AND (t.waiting_since IS NULL OR c.metric <> {_OWED})))
        """,
        [ticket_id, at],
    )


def _count_from_the_waiting(ticket_id: int, at: datetime) -> Statement:
    """An older message came, or the oldest went. Who is late stays late; nobody is made late by the move. What was put
    under a policy counts from then on at the earliest."""
    return (
        f"""
        UPDATE sla_clock c SET
            started_at = n.since, running_since = n.since, elapsed_seconds = 0, allowed_seconds = n.allowed,
            due_at = sla_step_at(c.hours_id, n.since, 0, n.allowed), warnings_done = n.warned,
            warn_at = sla_step_at(c.hours_id, n.since, 0, c.warn_after[n.warned + 1]),
            escalate_at = sla_step_at(c.hours_id, n.since, 0, n.allowed + c.escalate_after[c.escalations_done + 1])
        FROM (
            SELECT c.id, w.since,
                CASE WHEN u.used >= c.target_seconds THEN u.used + c.target_seconds
                    ELSE c.target_seconds END AS allowed,
                (SELECT count(*) FROM unnest(c.warn_after) w WHERE w <= u.used) AS warned
            FROM {_NOW}
            JOIN tickets_ticket t ON t.id = m.ticket_id
            JOIN sla_clock c ON c.ticket_id = t.id AND c.finished_at IS NULL
            CROSS JOIN LATERAL (SELECT greatest(t.waiting_since,
                (SELECT i.at FROM sla_pin i WHERE i.ticket_id = t.id AND i.policy_id = c.policy_id)) AS since) w
            CROSS JOIN LATERAL (SELECT sla_open_seconds(c.hours_id, w.since, m.at) AS used) u
            WHERE c.metric IN {_RESPONSES} AND c.breached_at IS NULL AND c.due_at > m.at
                AND c.running_since IS NOT NULL AND c.started_at <> w.since
        ) n
        WHERE c.id = n.id
        """,
        [ticket_id, at],
    )
