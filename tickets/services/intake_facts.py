"""Everything that is known about an incoming message before the decision, read in one statement."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.db import Statement
from core.planned import Planned
from tickets.inbound import Clues, Inbound
from tickets.models import Inbox
from tickets.services.refs import MAX_REFERENCES, ref_hash
from tickets.threading import Candidate


@dataclass(frozen=True, slots=True)
class KnownMessage:
    message_id: int
    ticket_id: int
    number: int


@dataclass(frozen=True, slots=True)
class KnownSender:
    contact_id: int
    organization_id: int | None
    is_blocked: bool
    name: str


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """A candidate's row, locked; the writer needs its counters and state."""

    ticket_id: int
    number: int
    status: str
    last_seq: int
    is_snoozed: bool
    waiting_since: datetime | None
    subject: str


@dataclass(frozen=True, slots=True)
class FreshIds:
    contact: int
    identity: int
    ticket: int
    message: int


@dataclass(frozen=True, slots=True)
class Facts:
    """`agent_id`: an agent has the sender's address. `is_outdated`: a ticket was merged away while we waited for it."""

    duplicate: KnownMessage | None
    sender: KnownSender | None
    candidates: list[Candidate]
    tickets: dict[int, KnownTicket]
    fresh: FreshIds
    agent_id: int | None = None
    is_outdated: bool = False


_SQL = """
WITH RECURSIVE sender AS (
    SELECT i.contact_id, c.organization_id, c.is_blocked, c.name
    FROM people_identity i JOIN people_contact c ON c.id = i.contact_id
    WHERE i.kind = %(kind)s AND i.value = %(value)s
), refs (hash, distance) AS (
    SELECT * FROM unnest(%(refs)s::bytea[]) WITH ORDINALITY
), hints (ticket_id, inbox_id, via, side_id, distance) AS (
    -- The address proves who writes; where the mail stands that they answer tells more than the address.
    SELECT COALESCE((
        SELECT m.ticket_id FROM tickets_messageref r JOIN tickets_message m ON m.id = r.message_id
        WHERE r.id_hash = %(parent)s AND r.ticket_id = %(token)s AND m.side_id IS NULL
    ), %(token)s::bigint), %(inbox)s::bigint, 'token', NULL::bigint, 0::bigint WHERE %(token)s::bigint IS NOT NULL
    UNION ALL
    SELECT ticket_id, %(inbox)s::bigint, 'token', id, 0 FROM tickets_sideconversation WHERE id = %(side_token)s::bigint
    UNION ALL
    SELECT %(agent_token)s::bigint, %(inbox)s::bigint, 'agent', NULL, 0 WHERE %(agent_token)s::bigint IS NOT NULL
    UNION ALL
    -- A message that was moved takes its ids along.
    SELECT COALESCE(m.ticket_id, r.ticket_id), m.inbox_id,
        CASE r.kind WHEN 'sent' THEN 'sent' WHEN 'seen' THEN 'reference' ELSE 'mention' END, m.side_id, refs.distance
    FROM refs CROSS JOIN LATERAL (
        (SELECT ticket_id, kind, message_id FROM tickets_messageref
         WHERE id_hash = refs.hash AND kind <> 'mentioned' LIMIT 10)
        UNION ALL
        -- A newsletter is mentioned by thousands: only its newest tickets are looked at.
        (SELECT ticket_id, kind, message_id FROM tickets_messageref
         WHERE id_hash = refs.hash AND kind = 'mentioned' ORDER BY ticket_id DESC LIMIT 5)
    ) r LEFT JOIN tickets_message m ON m.id = r.message_id
    UNION ALL
    SELECT m.ticket_id, m.inbox_id, 'copy', NULL, 0
    FROM tickets_messageref r JOIN tickets_message m ON m.id = r.message_id
    WHERE r.id_hash = %(own)s AND r.kind = 'seen' AND m.inbox_id <> %(inbox)s
    UNION ALL
    SELECT id, inbox_id, 'subject', NULL, 0 FROM tickets_ticket WHERE number = %(number)s
    UNION ALL
    SELECT ticket_id, inbox_id, 'thread', NULL, 0 FROM tickets_channelthread
    WHERE inbox_id = %(inbox)s AND key = %(thread)s
), clues AS (
    SELECT ticket_id, inbox_id, via, side_id, min(distance) AS distance FROM hints GROUP BY 1, 2, 3, 4
), hops (origin, id, next_id, n) AS (
    -- LATERAL ... LIMIT: row by row by the key, however many clues the planner expects.
    SELECT DISTINCT t.id, t.id, t.merged_into_id, 0
    FROM clues CROSS JOIN LATERAL (SELECT * FROM tickets_ticket WHERE id = clues.ticket_id LIMIT 1) t
    UNION ALL
    SELECT hops.origin, t.id, t.merged_into_id, hops.n + 1
    FROM hops CROSS JOIN LATERAL (SELECT * FROM tickets_ticket WHERE id = hops.next_id LIMIT 1) t WHERE hops.n < 20
), homes AS (
    SELECT DISTINCT ON (origin) origin, id FROM hops ORDER BY origin, n DESC
), found AS (
    SELECT t.id, h.via, h.side_id, h.distance, t.number, t.status, t.last_seq, t.subject, t.resolved_at, t.closed_at,
        t.waiting_since, t.snoozed_until IS NOT NULL AS is_snoozed, t.inbox_id, t.merged_into_id,
        EXISTS (SELECT 1 FROM sender s WHERE s.organization_id = t.organization_id) AS is_colleague,
        EXISTS (
            SELECT 1 FROM tickets_sideconversation s WHERE s.id = h.side_id AND s.members @> %(as_member)s::jsonb
        ) AS is_member,
        EXISTS (SELECT 1 FROM sender s WHERE s.contact_id = t.contact_id)
        -- Whom a mail names as receivers is believed when the mail itself is: anybody can write a Cc.
        OR EXISTS (
            SELECT 1 FROM tickets_message m
            WHERE m.ticket_id = t.id AND m.kind = 'reply' AND (
                m.author_contact_id = (SELECT contact_id FROM sender)
                OR (
                    (m.direction = 'out' OR m.sender_auth = 'pass' OR m.thread_via IN ('', 'token', 'thread'))
                    AND (m.recipients @> %(as_cc)s::jsonb OR m.recipients @> %(as_to)s::jsonb)
                )
            )
        ) AS is_participant
    FROM clues h
    JOIN tickets_ticket o ON o.id = h.ticket_id
    JOIN homes ON homes.origin = o.id
    JOIN tickets_ticket t ON t.id = homes.id
    WHERE h.via IN ('token', 'agent', 'copy') OR COALESCE(h.inbox_id, o.inbox_id) = %(inbox)s
    FOR UPDATE OF t
)
SELECT
    (SELECT json_build_array(m.id, m.ticket_id, t.number)
     FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id
     WHERE m.inbox_id = %(inbox)s AND m.external_id = %(external)s AND m.external_id <> '' LIMIT 1),
    (SELECT row_to_json(sender) FROM sender),
    (SELECT json_agg(found ORDER BY found.id) FROM found),
    nextval('people_contact_id_seq'), nextval('people_identity_id_seq'),
    nextval('tickets_ticket_id_seq'), nextval('tickets_message_id_seq'),
    %(reopen_days)s::int,
    (SELECT a.id FROM people_agent a WHERE a.email = %(value)s AND a.is_active AND %(kind)s = 'email')
"""

# With %s in place of the names, so that the statement can travel with others.
_NAME = re.compile(r"%\((\w+)\)s")
_NAMES = _NAME.findall(_SQL)
_PLANNED = Planned(_NAME.sub("%s", _SQL))


def query(inbound: Inbound, *, inbox: Inbox, value: str) -> Statement:
    clues = inbound.clues
    ids = _thread(clues)
    if inbound.history and clues.message_id:
        # The past may come newest first: then it is the answer that knows the mail.
        ids = [*ids, clues.message_id]
    own = ref_hash(clues.message_id) if clues.message_id else b""
    named: dict[str, Any] = {
        "kind": inbound.sender.kind,
        "value": value,
        "token": clues.reply_token_ticket_id,
        "side_token": clues.side_token_id,
        "agent_token": clues.agent_token_ticket_id,
        "refs": [ref_hash(item) for item in ids],
        "parent": ref_hash(ids[0]) if ids else b"",
        "own": own,
        "number": clues.subject_number,
        "inbox": inbox.pk,
        "thread": clues.thread_key,
        "as_cc": _recipient("cc", value),
        "as_to": _recipient("to", value),
        "as_member": json.dumps([{"address": value}]),
        "external": inbound.external_id,
        "reopen_days": inbox.reopen_days,
    }
    return _PLANNED, [named[name] for name in _NAMES]


def _thread(clues: Clues) -> list[str]:
    """The Message-IDs of the thread, the nearest first."""
    upwards = (clues.in_reply_to, *reversed(clues.references[-MAX_REFERENCES:]))
    return list(dict.fromkeys(item for item in upwards if item))


def read(row: Sequence[Any]) -> Facts:
    duplicate, sender, found, contact, identity, ticket, message, reopen_days, agent_id = row
    rows: list[dict[str, Any]] = found or []
    grace = timedelta(days=reopen_days)
    return Facts(
        duplicate=KnownMessage(*duplicate) if duplicate else None,
        sender=KnownSender(**sender) if sender else None,
        candidates=[_candidate(item, grace) for item in rows],
        tickets={item["id"]: _known_ticket(item) for item in rows},
        fresh=FreshIds(contact, identity, ticket, message),
        agent_id=agent_id,
        is_outdated=any(item["merged_into_id"] for item in rows),
    )


def _candidate(row: dict[str, Any], grace: timedelta) -> Candidate:
    done_at = _time(row["resolved_at"]) or _time(row["closed_at"])
    return Candidate(
        ticket_id=row["id"],
        number=row["number"],
        via=row["via"],
        status=row["status"],
        done_at=done_at,
        reopen_until=done_at + grace if done_at else None,
        is_participant=row["is_participant"],
        is_colleague=row["is_colleague"],
        side_id=row["side_id"],
        is_member=row["is_member"],
        distance=row["distance"],
    )


def _known_ticket(row: dict[str, Any]) -> KnownTicket:
    return KnownTicket(
        ticket_id=row["id"],
        number=row["number"],
        status=row["status"],
        last_seq=row["last_seq"],
        is_snoozed=row["is_snoozed"],
        waiting_since=_time(row["waiting_since"]),
        subject=row["subject"],
    )


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _recipient(role: str, address: str) -> str:
    return json.dumps({role: [{"address": address}]})
