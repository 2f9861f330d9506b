"""Side conversations: agents ask third parties about a ticket, by mail of their own; the customer can never join."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, SideConversationClosed, SideMessageQueued
from core.text import clean_line
from people.models import Agent
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import (
    Attachment,
    Delivery,
    Direction,
    Message,
    MessageKind,
    SideConversation,
    SideState,
    Ticket,
)
from tickets.selectors.automatic_replies import may_write_outside
from tickets.selectors.sides import begun_by_itself, customer_addresses, own_addresses, side_inbox
from tickets.services import files
from tickets.services.files import StoredFile
from tickets.services.journal import locked, record, refuse_merged
from tickets.services.messages import MAX_TEXT

MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is written: `uploads` wait in the composer, `copies` are files of the ticket that go along."""

    text: str
    uploads: Sequence[UUID] = ()
    copies: Sequence[StoredFile] = ()
    key: str | None = None
    is_automatic: bool = False


def write_by_itself(ticket: Ticket, *, to: Sequence[str], subject: str, text: str, actor: Actor) -> Message | None:
    """The desk writes to third parties without a person, within its budget; on in the conversation that it began with
    the very same ones. None when they were written to enough."""
    with unit_of_work():
        # Under the ticket's lock: two rules at the same moment must not both find room in the budget.
        locked(ticket)
        if not may_write_outside(ticket, to):
            return None
        letter = Letter(text=text, is_automatic=True)
        begun = begun_by_itself(ticket, to)
        if begun is not None:
            return answer_side(begun, letter=letter, actor=actor)
        members = [{"name": "", "address": address} for address in to]
        return start_side(ticket, to=members, subject=subject, letter=letter, actor=actor)


def start_side(ticket: Ticket, *, to: Sequence[dict[str, str]], subject: str, letter: Letter, actor: Actor) -> Message:
    """Begin a side conversation with its first message. Invalid at `to` when the customer is among them."""
    author = _author(actor)
    subject = " ".join(subject.replace("\x00", "").split())[:500]
    if not subject:
        raise Invalid("A subject is needed.", fields={"subject": "Enter a subject."})
    with unit_of_work():
        fresh = locked(ticket)
        if known := _known(letter.key, fresh):
            return known
        refuse_merged(fresh)
        inbox = side_inbox(fresh)
        if inbox is None:
            raise NotAllowed("No inbox can write to third parties: one for e-mail must be switched on.")
        members = _members(fresh, to)
        side = SideConversation.objects.create(
            ticket=fresh, inbox=inbox, subject=subject, members=members, started_by=author
        )
        return _write(fresh, side, letter, author=author, actor=actor, opened=True)


def answer_side(side: SideConversation, *, letter: Letter, actor: Actor) -> Message:
    """Write to its members once more; a closed one is open again."""
    author = _author(actor)
    with unit_of_work():
        ticket = locked(side.ticket_id)
        if known := _known(letter.key, ticket):
            return known
        fresh = SideConversation.objects.select_for_update(of=("self",)).select_related("inbox").get(pk=side.pk)
        # Whoever became a customer of this ticket in the meantime is a third party no more.
        _members(ticket, fresh.members)
        return _write(ticket, fresh, letter, author=author, actor=actor, opened=False)


def close_side(side: SideConversation, *, actor: Actor) -> SideConversation:
    _author(actor)
    with unit_of_work():
        ticket = locked(side.ticket_id)
        closed = SideConversation.objects.filter(pk=side.pk).exclude(state=SideState.CLOSED)
        if closed.update(state=SideState.CLOSED):
            record(ticket, SideConversationClosed(side_id=side.pk, subject=side.subject[:200]), actor=actor)
    side.refresh_from_db()
    return side


def copies_of(ticket: Ticket, file_ids: Collection[UUID]) -> list[StoredFile]:
    """The ticket's files once more, under names of their own: what is forwarded outlives what it was made of."""
    found = Attachment.objects.filter(pk__in=file_ids, message__ticket=ticket)
    if found.count() != len(set(file_ids)):
        raise Invalid("A file is missing.", fields={"files": "It is no longer in this ticket."})
    return [files.copy(file) for file in found]


def _write(
    ticket: Ticket, side: SideConversation, letter: Letter, *, author: Agent | None, actor: Actor, opened: bool
) -> Message:
    text = letter.text.strip()
    if not text and not letter.uploads and not letter.copies:
        raise Invalid("Write something first.", fields={"text": "Write something first."})
    if len(text) > MAX_TEXT:
        raise Invalid("This message is too long.", fields={"text": f"At most {MAX_TEXT:,} characters."})
    at = now()
    message = Message.objects.create(
        ticket=ticket,
        side=side,
        seq=ticket.last_seq + 1,
        kind=MessageKind.SIDE,
        direction=Direction.OUT,
        channel=side.inbox.kind,
        inbox=side.inbox,
        author_agent=author,
        is_automatic=letter.is_automatic,
        subject=side.subject if opened else f"Re: {side.subject}"[:500],
        text=text,
        recipients={"to": side.members, "cc": []},
        delivery=Delivery.QUEUED,
        next_attempt_at=at,
        idempotency_key=letter.key,
        created_at=at,
    )
    _attach(message, letter, author)
    SideConversation.objects.filter(pk=side.pk).update(state=SideState.WAITING, last_message_at=at)
    names = tuple(item["name"] or item["address"] for item in side.members[:5])
    event = SideMessageQueued(
        message_id=message.pk, side_id=side.pk, subject=side.subject[:200], to=names, opened=opened
    )
    record(ticket, event, actor=actor)
    return message


def _attach(message: Message, letter: Letter, author: Agent | None) -> None:
    taken = Attachment.objects.filter(pk__in=letter.uploads, message__isnull=True, uploaded_by=author).update(
        message=message
    )
    if taken != len(set(letter.uploads)):
        raise Invalid("A file is missing.", fields={"attachments": "Upload the file again; it is no longer there."})
    for copy in letter.copies:
        files.attach(copy, message)
    if letter.uploads or letter.copies:
        Message.objects.filter(pk=message.pk).update(has_attachments=True)
        message.has_attachments = True


def _members(ticket: Ticket, to: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The third parties; never the customer, never ourselves."""
    found: dict[str, dict[str, str]] = {}
    for item in to:
        address = str(item.get("address", "")).strip().lower()
        if "@" in address:
            found.setdefault(address, {"name": str(item.get("name", ""))[:160], "address": address})
    if not found:
        raise Invalid("Write to somebody.", fields={"to": "Enter an e-mail address."})
    if len(found) > MOST_MEMBERS:
        raise Invalid("Too many receivers.", fields={"to": f"At most {MOST_MEMBERS} addresses."})
    if customers := sorted(set(found) & customer_addresses(ticket)):
        told = f"{customers[0]} is the customer of this ticket: answer them with a reply."
        raise Invalid("The customer can never be in a side conversation.", fields={"to": told})
    if strange := sorted(address for address in found if not is_address(address)):
        raise Invalid("This is no address.", fields={"to": f"{clean_line(strange[0], 100)} is no e-mail address."})
    ours = own_addresses()
    if own := sorted(address for address in found if {address, _without_mark(address)} & ours):
        raise Invalid("That is one of our own addresses.", fields={"to": f"{own[0]} is an inbox of this desk."})
    return list(found.values())


def is_address(text: str) -> bool:
    """Nothing else may reach the head of a mail, wherever it came from: a form, a program, a field of the ticket."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _without_mark(address: str) -> str:
    """help+anything@ arrives where help@ does."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _known(key: str | None, ticket: Ticket) -> Message | None:
    found = Message.objects.filter(idempotency_key=key).first() if key else None
    if found and found.ticket_id != ticket.pk:
        raise Conflict("This key was used for a message of another ticket.")
    return found


def _author(actor: Actor) -> Agent | None:
    agent = acting_agent(actor)
    if agent:
        require(agent, "reply")
    return agent
