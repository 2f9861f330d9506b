"""Writes an inbound message and all that belongs to it in one round trip."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import NEVER
from core.db import Statement, run
from core.events.catalogue import (
    SYSTEM,
    Actor,
    MessageReceived,
    StatusChanged,
    TicketChanged,
    TicketOpened,
    TicketWoken,
)
from tickets.inbound import Inbound
from tickets.models import Inbox, RefKind
from tickets.services.files import StoredFile
from tickets.services.intake_facts import Facts
from tickets.services.refs import remember
from tickets.services.snippets import snippet
from tickets.threading import Decision

MAX_TEXT = 500_000


@dataclass(frozen=True, slots=True)
class Written:
    ticket_id: int
    number: int
    message_id: int
    events: list[TicketChanged]


def write(
    inbound: Inbound,
    *,
    inbox: Inbox,
    value: str,
    facts: Facts,
    decision: Decision,
    stored: Sequence[StoredFile],
    at: datetime,
) -> Written:
    """All rows of this message. The candidates' rows are locked, so seqs can be counted here."""
    statements: list[Statement] = []
    contact_id = facts.sender.contact_id if facts.sender else facts.fresh.contact
    name = (inbound.sender.name or inbound.sender.value)[:160]
    if facts.sender is None:
        statements += _contact(inbound, value=value, facts=facts, name=name, at=at)
    actor = Actor(kind="contact", id=contact_id, name=facts.sender.name or name if facts.sender else name)

    known = facts.tickets.get(decision.ticket_id) if decision.ticket_id else None
    ticket_id = known.ticket_id if known else facts.fresh.ticket
    message_id = facts.fresh.message
    events = _events(
        inbound,
        inbox=inbox,
        known_status=known.status if known else None,
        is_snoozed=bool(known and known.is_snoozed),
        message_id=message_id,
    )
    first_seq = (known.last_seq if known else 0) + 1
    message_seq = first_seq if known else first_seq + 1
    last_seq = first_seq + len(events) - 1
    if known:
        statements.append(_update_ticket(ticket_id, inbound, events, message_seq=message_seq, last_seq=last_seq, at=at))
    else:
        organization_id = facts.sender.organization_id if facts.sender else None
        statements.append(
            _insert_ticket(
                ticket_id, inbound, inbox=inbox, contact_id=contact_id, organization_id=organization_id,
                follows_id=decision.linked_ticket_id, message_seq=message_seq, last_seq=last_seq, at=at,
            )
        )  # fmt: skip
    statements += _message(
        inbound, inbox=inbox, ticket_id=ticket_id, message_id=message_id, seq=message_seq,
        contact_id=contact_id, reason=decision.reason, stored=stored, at=at,
    )  # fmt: skip
    statements += _references(inbound, inbox=inbox, ticket_id=ticket_id, message_id=message_id)
    statements.append(_store_events(ticket_id, events, first_seq=first_seq, actor=actor, at=at))
    rows = run(statements)
    done = [
        dataclasses.replace(event, ticket_id=ticket_id, seq=first_seq + n, event_id=rows[n][0], actor=actor, at=at)
        for n, event in enumerate(events)
    ]
    return Written(ticket_id, rows[0][1], message_id, done)


def _events(
    inbound: Inbound, *, inbox: Inbox, known_status: str | None, is_snoozed: bool, message_id: int
) -> list[TicketChanged]:
    """What this message makes happen. Automatic mail is recorded but wakes nothing."""
    channel, automatic = inbox.kind, inbound.is_automatic
    if known_status is None:
        team_id = inbound.team_id or inbox.default_team_id
        opened = TicketOpened(inbox_id=inbox.pk, team_id=team_id, channel=channel)
        return [
            opened,
            MessageReceived(message_id=message_id, channel=channel, is_automatic=automatic, opened=True),
        ]
    wakes = not automatic and known_status not in ("open", "spam")
    reopened = wakes and known_status in ("resolved", "closed")
    events: list[TicketChanged] = [
        MessageReceived(message_id=message_id, channel=channel, is_automatic=automatic, reopened=reopened)
    ]
    if wakes:
        events.append(StatusChanged(before=known_status, after="open"))
    if is_snoozed and not automatic:
        events.append(TicketWoken(why="The customer wrote"))
    return events


def _contact(inbound: Inbound, *, value: str, facts: Facts, name: str, at: datetime) -> list[Statement]:
    sender = inbound.sender
    # An address is a name of sorts; an opaque id is not.
    shown = (sender.name or (value if "@" in value else ""))[:160]
    return [
        (
            """INSERT INTO people_contact (id, name, language, time_zone, notes, is_blocked, created_at)
            VALUES (%s, %s, '', '', '', false, %s)""",
            [facts.fresh.contact, shown, at],
        ),
        (
            """INSERT INTO people_identity (id, contact_id, kind, value, label, verified_how, verified_at,
            unreachable_reason, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s)""",
            [
                facts.fresh.identity, facts.fresh.contact, sender.kind, value, name, sender.verified_how,
                at if sender.verified_how else None, at,
            ],
        ),
    ]  # fmt: skip


def _insert_ticket(
    ticket_id: int, inbound: Inbound, *, inbox: Inbox, contact_id: int, organization_id: int | None,
    follows_id: int | None, message_seq: int, last_seq: int, at: datetime,
) -> Statement:  # fmt: skip
    team_id = inbound.team_id or inbox.default_team_id
    subject = (inbound.subject or snippet(inbound.text) or "(no subject)")[:500]
    values: dict[str, Any] = {
        "id": ticket_id, "subject": subject, "status": "open", "priority": "normal", "inbox_id": inbox.pk,
        "channel": inbox.kind, "contact_id": contact_id, "organization_id": organization_id, "team_id": team_id,
        "tags": [], "skills": [], "last_seq": last_seq, "snippet": snippet(inbound.text or inbound.subject),
        "snippet_from": "in", "message_count": 1, "created_at": at, "updated_at": at, "last_message_at": at,
        "last_inbound_at": at, "last_public_seq": message_seq, "waiting_since": at, "sla_due_at": NEVER,
        "sla_metric": "", "sla_breached": False, "follows_id": follows_id,
    }  # fmt: skip
    return _insert("tickets_ticket", values)


def _update_ticket(
    ticket_id: int,
    inbound: Inbound,
    events: list[TicketChanged],
    *,
    message_seq: int,
    last_seq: int,
    at: datetime,
) -> Statement:
    values: dict[str, Any] = {
        "last_seq": last_seq, "updated_at": at, "last_message_at": at, "last_public_seq": message_seq,
        "snippet": snippet(inbound.text or inbound.subject), "snippet_from": "in",
    }  # fmt: skip
    if not inbound.is_automatic:
        values["last_inbound_at"] = at
    for event in events:
        if isinstance(event, StatusChanged):
            values |= {"status": "open", "resolved_at": None, "closed_at": None}
        if isinstance(event, TicketWoken):
            values["snoozed_until"] = None
    sets = ", ".join(f"{name} = %s" for name in values)
    waits = "" if inbound.is_automatic else ", waiting_since = COALESCE(waiting_since, %s)"
    sql = f"UPDATE tickets_ticket SET {sets}, message_count = message_count + 1{waits} WHERE id = %s"  # noqa: S608
    return sql, [*values.values(), *([] if inbound.is_automatic else [at]), ticket_id]


def _message(
    inbound: Inbound, *, inbox: Inbox, ticket_id: int, message_id: int, seq: int, contact_id: int, reason: str,
    stored: Sequence[StoredFile], at: datetime,
) -> list[Statement]:  # fmt: skip
    sender = {"kind": inbound.sender.kind, "name": inbound.sender.name, "address": inbound.sender.value}
    full = inbound.full_text if inbound.full_text != inbound.text else ""
    row: dict[str, Any] = {
        "id": message_id, "ticket_id": ticket_id, "seq": seq, "kind": "reply", "direction": "in",
        "channel": inbox.kind, "inbox_id": inbox.pk, "author_contact_id": contact_id,
        "is_automatic": inbound.is_automatic, "refuses_answers": inbound.refuses_answers,
        "subject": inbound.subject[:500],
        "text": inbound.text[:MAX_TEXT], "full_text": full[:MAX_TEXT],
        "has_html": bool(inbound.html), "has_attachments": any(not item.is_inline for item in stored),
        "recipients": json.dumps({"from": sender, **inbound.recipients}), "thread_reason": reason[:200],
        "sender_auth": inbound.sender_auth[:12], "problems": json.dumps(list(inbound.problems)[:20]),
        "external_id": inbound.external_id[:998], "created_at": at, "occurred_at": inbound.occurred_at,
        "delivery": "none", "attempts": 0, "failure": "",
    }  # fmt: skip
    statements = [_insert("tickets_message", row)]
    if inbound.html:
        html = {
            "message_id": message_id,
            "html": inbound.html,
            "has_remote_images": inbound.has_remote_images,
        }
        statements.append(_insert("tickets_messagehtml", html))
    for item in stored:
        attachment = {**dataclasses.asdict(item), "message_id": message_id, "created_at": at}
        statements.append(_insert("tickets_attachment", {**attachment, "id": str(item.id)}))
    return statements


def _references(inbound: Inbound, *, inbox: Inbox, ticket_id: int, message_id: int) -> list[Statement]:
    clues = inbound.clues
    statements: list[Statement] = []
    if clues.message_id:
        statements.append(remember(ticket_id, [clues.message_id], kind=RefKind.SEEN, message_row_id=message_id))
    mentioned = [item for item in (clues.in_reply_to, *clues.references) if item]
    if mentioned:
        statements.append(remember(ticket_id, mentioned, kind=RefKind.MENTIONED))
    if clues.thread_key:
        statements.append(
            (
                """INSERT INTO tickets_channelthread (inbox_id, key, ticket_id) VALUES (%s, %s, %s)
                ON CONFLICT (inbox_id, key) DO UPDATE SET ticket_id = EXCLUDED.ticket_id""",
                [inbox.pk, clues.thread_key[:200], ticket_id],
            )
        )
    return statements


def _store_events(
    ticket_id: int, events: list[TicketChanged], *, first_seq: int, actor: Actor, at: datetime
) -> Statement:
    """One INSERT for all events; returns (event id, ticket number) in their order."""
    marks: list[str] = []
    params: list[Any] = []
    for n, event in enumerate(events):
        by = actor if isinstance(event, MessageReceived | TicketOpened) else SYSTEM
        marks.append("(%s, %s, %s, %s::jsonb, %s, %s, %s, '', 0, %s)")
        params += [
            ticket_id,
            first_seq + n,
            event.key(),
            json.dumps(event.data()),
            by.kind,
            by.id,
            by.name[:160],
            at,
        ]
    sql = f"""
        WITH stored AS (
            INSERT INTO tickets_ticketevent
                (ticket_id, seq, kind, data, actor_kind, actor_id, actor_name, cause, depth, at)
            VALUES {", ".join(marks)} RETURNING id, seq
        )
        SELECT stored.id, (SELECT number FROM tickets_ticket WHERE id = %s) FROM stored ORDER BY seq"""  # noqa: S608
    return sql, [*params, ticket_id]


def _insert(table: str, values: dict[str, Any]) -> Statement:
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values())  # noqa: S608
