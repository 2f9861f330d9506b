"""Replies and notes: written once, seen by whom they are meant for, taken back while they wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.clock import now
from core.db import lock, run
from core.errors import Conflict, Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, MessageQueued, MessageRetracted, NoteAdded
from people.models import Agent
from people.policy import Verb, require
from people.selectors.agents import acting_agent
from tickets.mentions import mentioned_names
from tickets.models import Attachment, Delivery, Direction, Message, MessageKind, Status, Ticket
from tickets.selectors.access import agents_who_see
from tickets.selectors.automatic_replies import may_answer_automatically
from tickets.selectors.reach import Reach, reach
from tickets.selectors.sides import own_addresses
from tickets.services.changes import take_if_unassigned
from tickets.services.journal import locked, record
from tickets.services.snippets import snippet
from tickets.services.summaries import summary

MAX_TEXT = 100_000
MAX_COPIES = 50


def reply(
    ticket: Ticket,
    *,
    text: str,
    attachments: Sequence[UUID] = (),
    cc: Sequence[dict[str, str]] = (),
    seen_seq: int | None = None,
    send_anyway: bool = False,
    idempotency_key: str | None = None,
    undo_seconds: int = 0,
    is_automatic: bool = False,
    is_awaited: bool = False,
    actor: Actor,
) -> Message:
    """Queue a public reply to the customer.

    Raises Conflict with the unseen messages when a public message is newer than `seen_seq`, Invalid at a field, and
    NotAllowed when the customer cannot be reached, or the desk has written enough by itself (whoever asks: a rule, a
    macro, a program). Whoever waits for an automatic word this minute (`is_awaited`) gets it also within an hour of the
    last one. The same idempotency key returns the same message.
    """
    with unit_of_work():
        fresh = locked(ticket)
        if known := _known(idempotency_key, fresh):
            return known
        author = _author(actor, "reply")
        if is_automatic:
            _require_automatic_budget(fresh, by_hour=not is_awaited)
        way = reach(fresh)
        check_reply(way, text=text, attachments=attachments, cc=cc)
        if seen_seq is not None and not send_anyway:
            _refuse_unseen(fresh, seen_seq)
        pause = timedelta(seconds=undo_seconds if way.capabilities.can_undo else 0)
        message = _queue(
            fresh, way, author, text=text, cc=cc, pause=pause, key=idempotency_key, is_automatic=is_automatic
        )
        _attach(message, attachments, author)
        queued = MessageQueued(message_id=message.pk, is_automatic=is_automatic)
        record(fresh, queued, actor=actor, columns=_after_reply(fresh, message))
        if author:
            take_if_unassigned(fresh, agent=author, actor=actor)
    return message


def add_note(
    ticket: Ticket,
    *,
    text: str,
    attachments: Sequence[UUID] = (),
    idempotency_key: str | None = None,
    actor: Actor,
) -> Message:
    """Add an internal note; colleagues named with @ are told."""
    with unit_of_work():
        fresh = locked(ticket)
        if known := _known(idempotency_key, fresh):
            return known
        author = _author(actor, "write_note")
        if not text.strip() and not attachments:
            raise Invalid("Write something first.", fields={"text": "Write something first."})
        if len(text) > MAX_TEXT:
            raise Invalid("This note is too long.", fields={"text": f"At most {MAX_TEXT:,} characters."})
        message = Message.objects.create(
            ticket=fresh,
            seq=fresh.last_seq + 1,
            kind=MessageKind.NOTE,
            direction=Direction.OUT,
            channel="note",
            inbox_id=fresh.inbox_id,
            author_agent=author,
            is_automatic=author is None,
            text=text.strip(),
            idempotency_key=idempotency_key,
        )
        _attach(message, attachments, author)
        mentioned = _mentioned(fresh, text)
        columns = _after_words(fresh, message)
        record(
            fresh,
            NoteAdded(message_id=message.pk, mentioned_agent_ids=mentioned),
            actor=actor,
            columns=columns,
        )
    return message


def undo(message: Message, *, actor: Actor) -> Message:
    """Take a reply back before it leaves; Conflict when it is on its way. The words return to the author's draft."""
    with unit_of_work():
        fresh = locked(message.ticket_id)
        if actor.kind == "agent" and message.author_agent_id != actor.id:
            raise NotAllowed("Only the author can undo a reply.")
        undone = Message.objects.filter(
            pk=message.pk, delivery=Delivery.QUEUED, claimed_until__isnull=True, attempts=0
        ).update(delivery=Delivery.RETRACTED, next_attempt_at=None)
        if not undone:
            raise Conflict("Too late to undo: the reply is already on its way.")
        Attachment.objects.filter(message_id=message.pk).update(message=None)
        columns = summary(fresh, is_open=fresh.status != Status.SPAM)
        record(fresh, MessageRetracted(message_id=message.pk), actor=actor, columns=columns)
    message.refresh_from_db()
    return message


def try_again(message: Message, *, actor: Actor) -> Message:
    """Queue a failed or uncertain reply once more; the same Message-ID lets receivers drop a double."""
    with unit_of_work():
        fresh = locked(message.ticket_id)
        _author(actor, "reply")
        queued = Message.objects.filter(pk=message.pk, delivery__in=[Delivery.FAILED, Delivery.UNCERTAIN]).update(
            delivery=Delivery.RETRYING, next_attempt_at=now(), claimed_until=None, failure="", attempts=0
        )
        if not queued:
            raise Conflict("This reply is not waiting for another try.")
        queued_again = MessageQueued(message_id=message.pk, is_automatic=message.is_automatic, is_retry=True)
        record(fresh, queued_again, actor=actor)
    message.refresh_from_db()
    return message


def _require_automatic_budget(ticket: Ticket, *, by_hour: bool) -> None:
    """Under a lock of the contact, so that two tickets of theirs cannot both take the last one of the day."""
    run([lock("automatic", ticket.contact_id)])
    if not may_answer_automatically(ticket, by_hour=by_hour):
        raise NotAllowed("The desk does not write here by itself now: a machine wrote, or it has written enough.")


def _queue(
    ticket: Ticket,
    way: Reach,
    author: Agent | None,
    *,
    text: str,
    cc: Sequence[dict[str, str]],
    pause: timedelta,
    key: str | None,
    is_automatic: bool,
) -> Message:
    at = now()
    people = way.recipients.with_copies(cc, own_addresses=own_addresses() if cc else ())
    return Message.objects.create(
        ticket=ticket,
        seq=ticket.last_seq + 1,
        kind=MessageKind.REPLY,
        direction=Direction.OUT,
        channel=way.channel,
        inbox=way.inbox,
        author_agent=author,
        is_automatic=is_automatic,
        subject=_subject(ticket, way, is_automatic=is_automatic) if way.capabilities.subject else "",
        text=text.strip(),
        recipients={"to": _nameless(people.to) if is_automatic else people.to, "cc": people.cc},
        delivery=Delivery.QUEUED,
        next_attempt_at=at + pause,
        idempotency_key=key,
        created_at=at,
    )


def _subject(ticket: Ticket, way: Reach, *, is_automatic: bool) -> str:
    """A robot repeats no stranger's words: whoever writes in a victim's name would choose what the victim reads."""
    return f"[#{ticket.number}] {way.inbox.name}" if is_automatic else _answer_subject(ticket, way)


def _nameless(to: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [{**item, "name": ""} for item in to]


def _known(key: str | None, ticket: Ticket) -> Message | None:
    if not key:
        return None
    found = Message.objects.filter(idempotency_key=key).first()
    if found and found.ticket_id != ticket.pk:
        raise Conflict("This key was used for a message of another ticket.")
    return found


def _author(actor: Actor, verb: Verb) -> Agent | None:
    agent = acting_agent(actor)
    if agent:
        require(agent, verb)
    return agent


def check_reply(way: Reach, *, text: str, attachments: Sequence[UUID], cc: Sequence[dict[str, str]]) -> None:
    if way.problem:
        raise NotAllowed(way.problem)
    if not text.strip() and not attachments:
        raise Invalid("Write something first.", fields={"text": "Write something first."})
    limit = min(way.capabilities.max_text or MAX_TEXT, MAX_TEXT)
    if len(text) > limit:
        raise Invalid(
            "This reply is too long.",
            fields={"text": f"{way.capabilities.label} takes {limit:,} characters."},
        )
    if attachments and not way.capabilities.attachments:
        raise Invalid("No files here.", fields={"attachments": f"{way.capabilities.label} takes no files."})
    if cc and not way.capabilities.copies:
        raise Invalid("No copies here.", fields={"cc": f"{way.capabilities.label} knows no copies."})
    if len(cc) > MAX_COPIES:
        raise Invalid("Too many copies.", fields={"cc": f"At most {MAX_COPIES} addresses."})


def _refuse_unseen(ticket: Ticket, seen_seq: int) -> None:
    """The stale-send guard: nobody answers twice, nobody answers an outdated question unknowingly."""
    if ticket.last_public_seq <= seen_seq:
        return
    unseen = Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY, seq__gt=seen_seq).exclude(
        delivery=Delivery.RETRACTED
    )
    rows = list(unseen.select_related("author_agent", "author_contact").order_by("seq")[:20])
    if not rows:
        return
    last = rows[-1]
    who = str(last.author_agent or last.author_contact or "Helpdesk")
    raise Conflict(
        f"{who} wrote in the meantime. Read it, then edit your reply or send it anyway.",
        details={"seq": ticket.last_seq, "message_ids": [row.pk for row in rows], "author": who},
    )


def _answer_subject(ticket: Ticket, way: Reach) -> str:
    if way.answered is None:
        return ticket.subject
    subject = way.answered.subject or ticket.subject
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"[:500]


def _attach(message: Message, attachments: Sequence[UUID], author: Agent | None) -> None:
    if not attachments:
        return
    taken = Attachment.objects.filter(pk__in=attachments, message__isnull=True, uploaded_by=author).update(
        message=message
    )
    if taken != len(set(attachments)):
        raise Invalid("A file is missing.", fields={"attachments": "Upload the file again; it is no longer there."})
    Message.objects.filter(pk=message.pk).update(has_attachments=True)
    message.has_attachments = True


def _after_words(ticket: Ticket, message: Message) -> dict[str, Any]:
    """What a new outgoing message changes on the ticket's row."""
    columns: dict[str, Any] = {
        "snippet": snippet(message.text),
        "snippet_from": "out" if message.is_public else "note",
        "last_message_at": message.created_at,
        "message_count": ticket.message_count + 1,
    }
    if message.is_public:
        columns["last_public_seq"] = message.seq
    return columns


def _after_reply(ticket: Ticket, message: Message) -> dict[str, Any]:
    """An answer by a person also ends the customer's wait."""
    columns = _after_words(ticket, message)
    if not message.is_automatic:
        columns["waiting_since"] = None
        if ticket.first_replied_at is None:
            columns["first_replied_at"] = message.created_at
    return columns


def _mentioned(ticket: Ticket, text: str) -> tuple[int, ...]:
    names = mentioned_names(text)
    if not names:
        return ()
    colleagues = agents_who_see(ticket)
    return tuple(agent.pk for agent in colleagues if names & {agent.name.lower(), agent.get_short_name().lower()})
