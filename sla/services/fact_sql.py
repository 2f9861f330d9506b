"""The statements that record facts: each reads what is true at that moment and needs no answer, as clock_sql does.

They follow the clocks' own statements in the same round trip, so a fact sees how the clock ended.
"""

# ruff: noqa: S608 - every part of the statements is constant text of this file; values are parameters.

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.db import Statement
from core.planned import Planned

# To whom the ticket belongs at that moment.
_SNAPSHOT = {
    "ticket_id": "t.id",
    "team_id": "t.team_id",
    "agent_id": "t.assignee_id",
    "inbox_id": "t.inbox_id",
    "channel": "t.channel",
    "priority": "t.priority",
    "organization_id": "t.organization_id",
    "contact_id": "t.contact_id",
    "tags": "t.tags",
}
_EMPTY = {"metric": "''", "actor_kind": "''", "actor_id": "NULL::bigint", "data": "'{}'::jsonb"}
_HUMAN_ANSWER = """o.kind = 'reply' AND o.direction = 'out' AND NOT o.is_automatic AND o.author_agent_id IS NOT NULL
    AND o.delivery <> 'retracted'"""
_STANDS = "NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)"
_OF_CLOCK = {
    "metric": "coalesce(c.metric, '')",
    "target_seconds": "c.target_seconds",
    "policy_id": "c.policy_id",
    "policy_version": "c.policy_version",
}
_VOID = """
    INSERT INTO sla_fact (kind, at, ticket_id, voids, metric, channel, priority, tags, actor_kind, data)
    SELECT 'voided', %s, f.ticket_id, f.id, f.metric, '', '', '{}', '', '{}'::jsonb FROM sla_fact f"""
_VERSION = "(SELECT version FROM sla_businesshours WHERE id = h.id)"
_IN_HOURS = {"hours_id": "h.id", "hours_version": _VERSION}
# Of a ticket without a promise, the hours that its team or inbox has.
_HOURS = "LATERAL (SELECT CASE WHEN c.id IS NULL THEN sla_hours_of(t.team_id, t.inbox_id) ELSE c.hours_id END AS id) h"


def opened(ticket_id: int, at: datetime, *, event_id: int, actor_kind: str) -> Statement:
    return changed("opened", ticket_id, at, event_id=event_id, actor_kind=actor_kind)


def changed(
    kind: str,
    ticket_id: int,
    at: datetime,
    *,
    event_id: int,
    actor_kind: str = "system",
    actor_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Statement:
    """Something about the ticket is different now; its length is the time since the ticket was opened, or for a
    reopening the time that it was done."""
    began = "t.created_at"
    if kind == "reopened":
        began = "(SELECT max(f.at) FROM sla_fact f WHERE f.ticket_id = t.id AND f.kind = 'resolution')"
    values = {
        **_lengths("b.began"),
        "kind": "%s::text",
        "event_id": "%s::bigint",
        "actor_kind": "%s::text",
        "actor_id": "%s::bigint",
        "data": "%s::jsonb",
        "hours_id": "h.id",
        "hours_version": _VERSION,
    }
    source = f"""
        (SELECT %s::bigint AS ticket_id, %s::timestamptz AS at) m
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN LATERAL (SELECT {began} AS began) b
        LEFT JOIN LATERAL (SELECT * FROM sla_clock WHERE ticket_id = t.id ORDER BY id DESC LIMIT 1) c ON true
        CROSS JOIN {_HOURS}"""
    params = [kind, event_id, actor_kind, actor_id, json.dumps(data or {})]
    return Planned(_insert(values, source)), [*params, ticket_id, at]


def answered(message_id: int, at: datetime, *, event_id: int, agent_id: int | None) -> list[Statement]:
    """A person answered a customer who waited; and, where that is promised, said a public word in time or late.

    A wait ends when the ticket is done: what came before that is no part of the next one. Messages follow each other as
    they were written: one that was moved here after the last answer may be older than that answer.
    """
    values = {
        **_OF_CLOCK,
        **_lengths("w.began"),
        **_IN_HOURS,
        "kind": "CASE WHEN e.seq IS NULL THEN 'first_response' ELSE 'next_response' END",
        "metric": "CASE WHEN e.seq IS NULL THEN 'first_response' ELSE 'next_response' END",
        "event_id": "%s",
        "message_id": "x.id",
        "counted_seconds": "c.elapsed_seconds",
        "is_kept": "CASE WHEN c.id IS NOT NULL THEN c.breached_at IS NULL END",
        "agent_id": "coalesce(x.author_agent_id, t.assignee_id)",
        "actor_kind": "'agent'",
        "actor_id": "%s::bigint",
    }
    source = f"""
        (SELECT %s::bigint AS message_id, %s::timestamptz AS at) m
        JOIN tickets_message x ON x.id = m.message_id
        JOIN tickets_ticket t ON t.id = x.ticket_id
        LEFT JOIN LATERAL (
            SELECT o.created_at, o.seq FROM tickets_message o
            WHERE o.ticket_id = t.id AND o.seq < x.seq AND {_HUMAN_ANSWER}
            ORDER BY o.created_at DESC, o.seq DESC LIMIT 1
        ) e ON true
        CROSS JOIN LATERAL (
            SELECT max(f.at) AS done_at FROM sla_fact f
            WHERE f.ticket_id = t.id AND f.kind IN ('resolution', 'spam') AND {_STANDS}
        ) d
        CROSS JOIN LATERAL (
            SELECT min(i.created_at) AS began FROM tickets_message i
            WHERE i.ticket_id = t.id AND i.kind = 'reply' AND i.direction = 'in' AND NOT i.is_automatic
                AND i.seq < x.seq AND (e.seq IS NULL OR (i.created_at, i.seq) > (e.created_at, e.seq))
                AND i.created_at > coalesce(d.done_at, '-infinity')
        ) w
        LEFT JOIN sla_clock c ON c.met_by_message_id = x.id AND c.metric IN ('first_response', 'next_response')
        CROSS JOIN {_HOURS}
        WHERE w.began IS NOT NULL"""
    response = _insert(values, source), [event_id, agent_id, message_id, at]
    return [response, _kept_update(message_id, event_id=event_id, agent_id=agent_id)]


def foretold(message_id: int, at: datetime, *, event_id: int, agent_id: int | None) -> Statement:
    """The first answer is there: what the customer could expect is held against it, by the wall, as customers wait."""
    values = {
        "kind": "'foretold'",
        "at": "m.at",
        "began_at": "p.at",
        "wall_seconds": "r.seconds",
        "counted_seconds": "r.seconds",
        "target_seconds": "p.p90_seconds",
        "is_kept": "r.seconds <= p.p90_seconds",
        "message_id": "x.id",
        "event_id": "%s",
        "agent_id": "coalesce(x.author_agent_id, t.assignee_id)",
        "actor_kind": "'agent'",
        "actor_id": "%s::bigint",
        "data": """jsonb_build_object('p50', p.p50_seconds, 'p90', p.p90_seconds, 'off', r.seconds - p.p50_seconds,
            'basis', p.basis)""",
    }
    source = """
        (SELECT %s::bigint AS message_id, %s::timestamptz AS at) m
        JOIN tickets_message x ON x.id = m.message_id
        JOIN tickets_ticket t ON t.id = x.ticket_id
        JOIN sla_prediction p ON p.ticket_id = t.id AND p.answered_at IS NULL
        CROSS JOIN LATERAL (
            SELECT greatest(extract(epoch FROM m.at - p.at), 0)::double precision AS seconds
        ) r"""
    return _insert(values, source), [event_id, agent_id, message_id, at]


def resolved(
    ticket_id: int, at: datetime, *, event_id: int, actor_kind: str, actor_id: int | None, status: str
) -> Statement:
    """The work is done, counted from the opening or the last reopening; `data` says how much it took."""
    values = {
        **_OF_CLOCK,
        **_lengths("b.began"),
        **_IN_HOURS,
        "kind": "'resolution'",
        "metric": "'resolution'",
        "event_id": "%s",
        "counted_seconds": "c.elapsed_seconds",
        "is_kept": "CASE WHEN c.id IS NOT NULL THEN c.breached_at IS NULL END",
        "actor_kind": "%s",
        "actor_id": "%s::bigint",
        "data": f"""jsonb_build_object('status', %s::text, 'replies', r.replies, 'agents', r.agents,
            'reopens', (SELECT count(*) FROM sla_fact f
                WHERE f.ticket_id = t.id AND f.kind = 'reopened' AND {_STANDS}))""",
    }
    source = f"""
        (SELECT %s::bigint AS ticket_id, %s::timestamptz AS at) m
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN LATERAL (SELECT coalesce((SELECT max(f.at) FROM sla_fact f
            WHERE f.ticket_id = t.id AND f.kind = 'reopened' AND {_STANDS}), t.created_at) AS began
        ) b
        CROSS JOIN LATERAL (
            SELECT count(*) AS replies, count(DISTINCT o.author_agent_id) AS agents FROM tickets_message o
            WHERE o.ticket_id = t.id AND {_HUMAN_ANSWER}
        ) r
        LEFT JOIN sla_clock c ON c.ticket_id = t.id AND c.metric = 'resolution' AND c.finished_at = m.at
        CROSS JOIN {_HOURS}"""
    return _insert(values, source), [event_id, actor_kind, actor_id, status, ticket_id, at]


def of_clock(kind: str, clock_id: int, at: datetime, *, event_id: int, **data: Any) -> Statement:
    """Something that a clock did by itself: warned, breached, escalated."""
    values = {
        **_OF_CLOCK,
        **_lengths("c.started_at"),
        **_IN_HOURS,
        "kind": "%s",
        "event_id": "%s",
        "counted_seconds": """c.elapsed_seconds + CASE WHEN c.running_since IS NULL THEN 0
            ELSE sla_open_seconds(c.hours_id, c.running_since, m.at) END""",
        "is_kept": "CASE WHEN c.breached_at IS NOT NULL THEN false END",
        "actor_kind": "'system'",
        "data": "%s::jsonb",
    }
    source = f"""
        (SELECT %s::bigint AS clock_id, %s::timestamptz AS at) m
        JOIN sla_clock c ON c.id = m.clock_id
        JOIN tickets_ticket t ON t.id = c.ticket_id
        CROSS JOIN {_HOURS}"""
    return _insert(values, source), [str(kind), event_id, json.dumps(data), clock_id, at]


def of_pauses(moved: str) -> str:
    """The INSERT that goes with the clocks that `moved` (rows of sla_clock with waits, at and paused_before)."""
    values = {
        **_OF_CLOCK,
        **_lengths("CASE WHEN c.waits THEN c.started_at ELSE c.paused_before END", at="c.now_at"),
        **_IN_HOURS,
        "kind": "CASE WHEN c.waits THEN 'paused' ELSE 'resumed' END",
        "at": "c.now_at",
        "counted_seconds": "c.elapsed_seconds",
        "data": """jsonb_build_object('status', t.status, 'snoozed', t.snoozed_until IS NOT NULL)""",
    }
    return _insert(values, f"{moved} c JOIN tickets_ticket t ON t.id = c.ticket_id CROSS JOIN {_HOURS}")


def of_rows(found: str) -> str:
    """The INSERT for `found`: a CTE or table of kind, ticket_id, at, began_at, message_id, agent_id (else the ticket's
    own) and data."""
    values = {
        **_lengths("m.began_at"),
        "kind": "m.kind",
        "message_id": "m.message_id",
        "agent_id": "coalesce(m.agent_id, t.assignee_id)",
        "data": "m.data",
        "hours_id": "h.id",
        "hours_version": _VERSION,
    }
    source = f"""
        {found} m JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN LATERAL (SELECT sla_hours_of(t.team_id, t.inbox_id) AS id) h"""
    return _insert(values, source)


def void(message_id: int, at: datetime) -> Statement:
    """What was recorded of this message is taken back."""
    return f"{_VOID} WHERE f.message_id = %s AND {_STANDS}", [at, message_id]


def void_end(ticket_id: int, end_event_id: int, at: datetime) -> Statement:
    """The end of the ticket that this event told of is taken back."""
    ended = "f.ticket_id = %s AND f.event_id = %s AND f.kind = 'resolution'"
    return f"{_VOID} WHERE {ended} AND {_STANDS}", [at, ticket_id, end_event_id]


def void_reopening(ticket_id: int, move_event_id: int, at: datetime) -> Statement:
    """The move that had opened the ticket again was undone, and the ticket is done as it was before."""
    reopened = f"""f.ticket_id = %s AND f.kind = 'reopened' AND {_STANDS}
        AND f.at >= (SELECT e.at FROM tickets_ticketevent e WHERE e.id = %s)
        AND NOT EXISTS (
            SELECT FROM sla_fact r WHERE r.ticket_id = f.ticket_id AND r.kind = 'resolution' AND r.at > f.at)
        AND EXISTS (SELECT FROM tickets_ticket t WHERE t.id = f.ticket_id AND t.status IN ('resolved', 'closed'))"""
    return f"{_VOID} WHERE {reopened}", [at, ticket_id, move_event_id]


def _kept_update(message_id: int, *, event_id: int, agent_id: int | None) -> Statement:
    values = {
        **_OF_CLOCK,
        **_lengths("c.started_at", at="c.finished_at"),
        **_IN_HOURS,
        "kind": "'update'",
        "at": "c.finished_at",
        "event_id": "%s",
        "message_id": "c.met_by_message_id",
        "counted_seconds": "c.elapsed_seconds",
        "is_kept": "c.breached_at IS NULL",
        "actor_kind": "'agent'",
        "actor_id": "%s::bigint",
    }
    source = f"""
        sla_clock c JOIN tickets_ticket t ON t.id = c.ticket_id CROSS JOIN {_HOURS}
        WHERE c.met_by_message_id = %s AND c.metric = 'update'"""
    return _insert(values, source), [event_id, agent_id, message_id]


def _lengths(began: str, *, at: str = "m.at") -> dict[str, str]:
    return {
        "at": at,
        "began_at": began,
        "wall_seconds": f"extract(epoch FROM {at} - {began})::double precision",
        "business_seconds": f"CASE WHEN {began} IS NOT NULL THEN sla_open_seconds(h.id, {began}, {at}) END",
    }


def _insert(values: Mapping[str, str], source: str) -> str:
    # The given values first: their parameters come in this order.
    columns = {**values, **{name: value for name, value in (_SNAPSHOT | _EMPTY).items() if name not in values}}
    return f"INSERT INTO sla_fact ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}"
