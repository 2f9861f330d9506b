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
    Actor,
    MessageReceived,
    SideMessageReceived,
    StatusChanged,
    TicketChanged,
    TicketOpened,
    TicketWoken,
)
from core.planned import Planned
from tickets.inbound import Inbound
from tickets.models import Inbox, RefKind
from tickets.services import intake_history
from tickets.services.files import StoredFile
from tickets.services.intake_facts import Facts, KnownTicket
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the rows have in common. The candidates' rows are locked, so seqs can be counted here."""

    inbound: Inbound
    inbox: Inbox
    facts: Facts
    decision: Decision
    at: datetime
    known: KnownTicket | None
    events: list[TicketChanged]

    @property
    def contact_id(self) -> int:
        return self.facts.sender.contact_id if self.facts.sender else self.facts.fresh.contact

    @property
    def ticket_id(self) -> int:
        return self.known.ticket_id if self.known else self.facts.fresh.ticket

    @property
    def message_id(self) -> int:
        return self.facts.fresh.message

    @property
    def first_seq(self) -> int:
        return self.known.last_seq + 1 if self.known else 1

    @property
    def message_seq(self) -> int:
        """On a new ticket the opening comes first."""
        return self.first_seq if self.known else 2

    @property
    def last_seq(self) -> int:
        return self.first_seq + len(self.events) - 1

    @property
    def sender_name(self) -> str:
        return (self.inbound.sender.name or self.inbound.sender.value)[:160]

    @property
    def actor(self) -> Actor:
        known_name = self.facts.sender.name if self.facts.sender else ""
        return Actor(kind="contact", id=self.contact_id, name=known_name or self.sender_name)


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
    """All rows of this message, in one round trip."""
    known = facts.tickets.get(decision.ticket_id) if decision.ticket_id else None
    if known and decision.side_id is not None:
        events = _side_events(inbound, known=known, side_id=decision.side_id, message_id=facts.fresh.message)
    else:
        events = _events(inbound, inbox=inbox, known=known, message_id=facts.fresh.message)
    plan = _Plan(inbound=inbound, inbox=inbox, facts=facts, decision=decision, at=at, known=known, events=events)
    rows = run(
        [
            *(_contact(plan, value) if facts.sender is None else []),
            *([_update_side(plan)] if decision.side_id is not None else []),
            _update_ticket(plan) if known else _insert_ticket(plan),
            *_message(plan, stored),
            *_references(plan),
            _store_events(plan),
        ]
    )
    done = [
        dataclasses.replace(
            event, ticket_id=plan.ticket_id, seq=plan.first_seq + n, event_id=rows[n][0], actor=plan.actor, at=at
        )
        for n, event in enumerate(events)
    ]
    return Written(plan.ticket_id, rows[0][1], plan.message_id, done)


def _events(inbound: Inbound, *, inbox: Inbox, known: KnownTicket | None, message_id: int) -> list[TicketChanged]:
    """What this message makes happen. Automatic mail is recorded but wakes nothing."""
    channel, automatic = inbox.kind, inbound.is_automatic
    if known is None:
        team_id = inbound.team_id or inbox.default_team_id
        return [
            TicketOpened(inbox_id=inbox.pk, team_id=team_id, channel=channel),
            MessageReceived(message_id=message_id, channel=channel, is_automatic=automatic, opened=True),
        ]
    wakes = not automatic and not inbound.history and known.status not in ("open", "spam")
    reopened = wakes and known.status in ("resolved", "closed")
    events: list[TicketChanged] = [
        MessageReceived(message_id=message_id, channel=channel, is_automatic=automatic, reopened=reopened)
    ]
    if wakes:
        events.append(StatusChanged(before=known.status, after="open"))
    if known.is_snoozed and not automatic and not inbound.history:
        events.append(TicketWoken(why="The customer wrote"))
    return events


def _side_events(inbound: Inbound, *, known: KnownTicket, side_id: int, message_id: int) -> list[TicketChanged]:
    """A third party answered: a ticket that waits for them is ours again. No clock of the customer's moves."""
    automatic = inbound.is_automatic
    events: list[TicketChanged] = [
        SideMessageReceived(
            message_id=message_id,
            side_id=side_id,
            subject=inbound.subject[:200],
            sender=(inbound.sender.name or inbound.sender.value)[:160],
            is_automatic=automatic,
        )
    ]
    if known.status == "on_hold" and not automatic:
        events.append(StatusChanged(before=known.status, after="open"))
    if known.is_snoozed and not automatic:
        events.append(TicketWoken(why="A third party answered"))
    return events


def _contact(plan: _Plan, value: str) -> list[Statement]:
    sender, fresh = plan.inbound.sender, plan.facts.fresh
    # An address is a name of sorts; an opaque id is not.
    shown = (sender.name or (value if "@" in value else ""))[:160]
    contact = {
        "id": fresh.contact, "name": shown, "language": "", "time_zone": "", "notes": "", "is_blocked": False,
        "created_at": plan.at,
    }  # fmt: skip
    identity = {
        "id": fresh.identity, "contact_id": fresh.contact, "kind": sender.kind, "value": value,
        "label": plan.sender_name, "verified_how": sender.verified_how,
        "verified_at": plan.at if sender.verified_how else None, "unreachable_reason": "", "created_at": plan.at,
    }  # fmt: skip
    return [_insert("people_contact", contact), _insert("people_identity", identity)]


def _insert_ticket(plan: _Plan) -> Statement:
    inbound, inbox, at = plan.inbound, plan.inbox, plan.at
    sender = plan.facts.sender
    values: dict[str, Any] = {
        "id": plan.ticket_id, "subject": (inbound.subject or snippet(inbound.text) or "(no subject)")[:500],
        "status": "open", "priority": "normal", "inbox_id": inbox.pk, "channel": inbox.kind,
        "contact_id": plan.contact_id, "organization_id": sender.organization_id if sender else None,
        "team_id": inbound.team_id or inbox.default_team_id, "tags": [], "skills": [], "last_seq": plan.last_seq,
        "snippet": snippet(inbound.text or inbound.subject), "snippet_from": "in", "message_count": 1,
        "created_at": at, "updated_at": at, "last_message_at": at, "last_inbound_at": at,
        "last_public_seq": plan.message_seq, "waiting_since": at, "sla_due_at": NEVER, "sla_metric": "",
        "sla_breached": False, "follows_id": plan.decision.linked_ticket_id,
        "follows_why": plan.decision.link,
    }  # fmt: skip
    if inbound.history:
        values |= intake_history.opened(inbound, at)
    return _insert("tickets_ticket", values)


def _update_ticket(plan: _Plan) -> Statement:
    inbound, at = plan.inbound, plan.at
    is_side = plan.decision.side_id is not None
    if inbound.history and not is_side:
        sets, given = intake_history.appended(inbound, at, last_seq=plan.last_seq, message_seq=plan.message_seq)
        sql = f"UPDATE tickets_ticket SET {sets}, message_count = message_count + 1 WHERE id = %s"  # noqa: S608
        return sql, [*given, plan.ticket_id]
    values: dict[str, Any] = {"last_seq": plan.last_seq, "updated_at": at, "last_message_at": at}
    if not is_side:
        values |= {
            "last_public_seq": plan.message_seq,
            "snippet": snippet(inbound.text or inbound.subject),
            "snippet_from": "in",
        }
    if not inbound.is_automatic and not is_side:
        values["last_inbound_at"] = at
    for event in plan.events:
        if isinstance(event, StatusChanged):
            values |= {"status": "open", "resolved_at": None, "closed_at": None}
        if isinstance(event, TicketWoken):
            values["snoozed_until"] = None
    sets = ", ".join(f"{name} = %s" for name in values)
    has_to_wait = not inbound.is_automatic and not is_side
    waits = ", waiting_since = COALESCE(waiting_since, %s)" if has_to_wait else ""
    counted = "" if is_side else ", message_count = message_count + 1"
    sql = f"UPDATE tickets_ticket SET {sets}{counted}{waits} WHERE id = %s"  # noqa: S608
    return Planned(sql), [*values.values(), *([at] if has_to_wait else []), plan.ticket_id]


def _update_side(plan: _Plan) -> Statement:
    """An automatic answer is no answer."""
    state = "" if plan.inbound.is_automatic else "state = 'answered', "
    sql = f"UPDATE tickets_sideconversation SET {state}last_message_at = %s WHERE id = %s"  # noqa: S608
    return sql, [plan.at, plan.decision.side_id]


def _message(plan: _Plan, stored: Sequence[StoredFile]) -> list[Statement]:
    inbound, at = plan.inbound, plan.at
    sender = {"kind": inbound.sender.kind, "name": inbound.sender.name, "address": inbound.sender.value}
    full = inbound.full_text if inbound.full_text != inbound.text else ""
    row: dict[str, Any] = {
        "id": plan.message_id, "ticket_id": plan.ticket_id, "seq": plan.message_seq,
        "kind": "reply" if plan.decision.side_id is None else "side", "side_id": plan.decision.side_id,
        "direction": "in", "channel": plan.inbox.kind, "inbox_id": plan.inbox.pk,
        "author_contact_id": plan.contact_id, "is_automatic": inbound.is_automatic,
        "refuses_answers": inbound.refuses_answers, "subject": inbound.subject[:500],
        "text": inbound.text[:MAX_TEXT], "full_text": full[:MAX_TEXT], "has_html": bool(inbound.html),
        "has_attachments": any(not item.is_inline for item in stored),
        "recipients": json.dumps({"from": sender, **inbound.recipients}),
        "thread_reason": plan.decision.reason[:200], "thread_via": plan.decision.via,
        "sender_auth": inbound.sender_auth[:12], "sender_proof": inbound.sender_proof[:200],
        "problems": json.dumps(list(inbound.problems)[:20]), "understood": json.dumps(inbound.understood),
        "external_id": inbound.external_id[:998],
        "created_at": at, "occurred_at": inbound.occurred_at, "delivery": "none", "attempts": 0, "failure": "",
    }  # fmt: skip
    statements = [_insert("tickets_message", row)]
    if inbound.html:
        remote = inbound.has_remote_images
        html = {"message_id": plan.message_id, "html": inbound.html, "has_remote_images": remote}
        statements.append(_insert("tickets_messagehtml", html))
    for item in stored:
        attachment = {**dataclasses.asdict(item), "message_id": plan.message_id, "created_at": at}
        statements.append(_insert("tickets_attachment", {**attachment, "id": str(item.id)}))
    return statements


def _references(plan: _Plan) -> list[Statement]:
    clues, ticket_id = plan.inbound.clues, plan.ticket_id
    statements: list[Statement] = []
    if clues.message_id:
        seen = remember(ticket_id, [clues.message_id], kind=RefKind.SEEN, message_row_id=plan.message_id)
        statements.append(seen)
    mentioned = [item for item in (clues.in_reply_to, *clues.references) if item]
    if mentioned:
        statements.append(remember(ticket_id, mentioned, kind=RefKind.MENTIONED, message_row_id=plan.message_id))
    if clues.thread_key:
        sql = """INSERT INTO tickets_channelthread (inbox_id, key, ticket_id) VALUES (%s, %s, %s)
            ON CONFLICT (inbox_id, key) DO UPDATE SET ticket_id = EXCLUDED.ticket_id"""
        statements.append((sql, [plan.inbox.pk, clues.thread_key[:200], ticket_id]))
    return statements


def _store_events(plan: _Plan) -> Statement:
    """One INSERT for all events; returns (event id, ticket number) in their order."""
    actor = plan.actor
    params: list[Any] = []
    for n, event in enumerate(plan.events):
        data = json.dumps(event.data())
        params += [plan.ticket_id, plan.first_seq + n, event.key(), data, actor.kind, actor.id, actor.name, plan.at]
    marks = ", ".join(["(%s, %s, %s, %s::jsonb, %s, %s, %s, '', 0, %s)"] * len(plan.events))
    sql = f"""
        WITH stored AS (
            INSERT INTO tickets_ticketevent
                (ticket_id, seq, kind, data, actor_kind, actor_id, actor_name, cause, depth, at)
            VALUES {marks} RETURNING id, seq
        )
        SELECT stored.id, (SELECT number FROM tickets_ticket WHERE id = %s) FROM stored ORDER BY seq"""  # noqa: S608
    return Planned(sql), [*params, plan.ticket_id]


def _insert(table: str, values: dict[str, Any]) -> Statement:
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    return Planned(f"INSERT INTO {table} ({names}) VALUES ({marks})"), list(values.values())  # noqa: S608
