"""Everything that is known about an incoming message before the decision, read in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.db import Statement
from tickets.inbound import Inbound
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
    duplicate: KnownMessage | None
    sender: KnownSender | None
    candidates: list[Candidate]
    tickets: dict[int, KnownTicket]
    fresh: FreshIds


_SQL = """
WITH sender AS (
    SELECT i.contact_id, c.organization_id, c.is_blocked, c.name
    FROM people_identity i JOIN people_contact c ON c.id = i.contact_id
    WHERE i.kind = %(kind)s AND i.value = %(value)s
), hints (ticket_id, via) AS (
    SELECT %(token)s::bigint, 'token' WHERE %(token)s::bigint IS NOT NULL
    UNION ALL
    SELECT ticket_id, CASE kind WHEN 'sent' THEN 'sent' ELSE 'reference' END
    FROM tickets_messageref WHERE id_hash = ANY(%(refs)s::bytea[])
    UNION ALL
    SELECT ticket_id, 'copy' FROM tickets_messageref WHERE id_hash = %(own)s AND kind = 'seen'
    UNION ALL
    SELECT id, 'subject' FROM tickets_ticket WHERE number = %(number)s
    UNION ALL
    SELECT ticket_id, 'thread' FROM tickets_channelthread WHERE inbox_id = %(inbox)s AND key = %(thread)s
), found AS (
    SELECT t.id, h.via, t.number, t.status, t.last_seq, t.subject, t.resolved_at, t.closed_at, t.waiting_since,
        t.snoozed_until IS NOT NULL AS is_snoozed, t.inbox_id,
        EXISTS (SELECT 1 FROM sender s WHERE s.contact_id = t.contact_id OR s.organization_id = t.organization_id)
        OR EXISTS (
            SELECT 1 FROM tickets_message m
            WHERE m.ticket_id = t.id AND m.kind = 'reply' AND (
                m.author_contact_id = (SELECT contact_id FROM sender)
                OR m.recipients @> %(as_cc)s::jsonb OR m.recipients @> %(as_to)s::jsonb
            )
        ) AS is_participant
    FROM hints h JOIN tickets_ticket t ON t.id = h.ticket_id
    WHERE h.via = 'token' OR (h.via = 'copy') = (t.inbox_id <> %(inbox)s)
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
    %(reopen_days)s
"""


def query(inbound: Inbound, *, inbox: Inbox, value: str) -> Statement:
    clues = inbound.clues
    ids = [item for item in (clues.in_reply_to, *clues.references[-MAX_REFERENCES:]) if item]
    own = ref_hash(clues.message_id) if clues.message_id else b""
    named: dict[str, Any] = {
        "kind": inbound.sender.kind,
        "value": value,
        "token": clues.reply_token_ticket_id,
        "refs": [ref_hash(item) for item in ids],
        "own": own,
        "number": clues.subject_number,
        "inbox": inbox.pk,
        "thread": clues.thread_key,
        "as_cc": _recipient("cc", value),
        "as_to": _recipient("to", value),
        "external": inbound.external_id,
        "reopen_days": inbox.reopen_days,
    }
    return _positional(_SQL, named)


def read(row: Sequence[Any]) -> Facts:
    duplicate, sender, found, contact, identity, ticket, message, reopen_days = row
    rows: list[dict[str, Any]] = found or []
    grace = timedelta(days=reopen_days)
    return Facts(
        duplicate=KnownMessage(*duplicate) if duplicate else None,
        sender=KnownSender(**sender) if sender else None,
        candidates=[_candidate(item, grace) for item in rows],
        tickets={item["id"]: _known_ticket(item) for item in rows},
        fresh=FreshIds(contact, identity, ticket, message),
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


def _positional(sql: str, named: dict[str, Any]) -> Statement:
    """Turn %(name)s marks into %s marks, so that the statement can travel with others."""
    params: list[Any] = []
    parts = sql.split("%(")
    out = [parts[0]]
    for part in parts[1:]:
        name, rest = part.split(")s", 1)
        params.append(named[name])
        out.append("%s" + rest)
    return "".join(out), params
