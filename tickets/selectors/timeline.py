"""The timeline of a ticket: messages of all channels, notes and changes, in the order of their seq."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tickets.models import Message, Ticket, TicketEvent

PAGE_SIZE = 40
# Events that only accompany a message entry, or repeat what another entry says.
_SILENT = frozenset({"MessageReceived", "MessageQueued", "NoteAdded", "SLAApplied"})
# Events that change how an earlier entry looks.
TOUCHING = frozenset({"MessageDelivered", "MessageFailed", "MessagePostponed", "MessageRetracted", "MessageEdited"})


@dataclass(frozen=True, slots=True)
class Entry:
    """Either a message or a change."""

    seq: int
    message: Message | None = None
    event: TicketEvent | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries oldest first; `earlier_than` is the seq to ask for more before, 0 when that was all."""

    entries: list[Entry]
    last_seq: int
    earlier_than: int


def timeline(ticket: Ticket, *, before_seq: int | None = None, size: int = PAGE_SIZE) -> Timeline:
    """The newest `size` entries (before a seq). Three queries at any length: messages with files, and changes."""
    messages = _messages(ticket)
    events = TicketEvent.objects.filter(ticket_id=ticket.pk).exclude(kind__in=_SILENT | TOUCHING)
    if before_seq is not None:
        messages = messages.filter(seq__lt=before_seq)
        events = events.filter(seq__lt=before_seq)
    newest = list(messages.order_by("-seq")[: size + 1])
    earlier = newest[size - 1].seq if len(newest) > size else 0
    if earlier:
        events = events.filter(seq__gte=earlier)
    entries = [Entry(row.seq, message=row) for row in newest[:size]]
    entries += [Entry(row.seq, event=row) for row in events.order_by("-seq")[:200]]
    entries.sort(key=lambda entry: entry.seq)
    return Timeline(entries, ticket.last_seq, earlier)


def entries_after(ticket: Ticket, seq: int, *, limit: int = 200) -> list[Entry]:
    """What is new since `seq`: new entries, and earlier messages whose delivery or text changed since."""
    events = list(TicketEvent.objects.filter(ticket_id=ticket.pk, seq__gt=seq).order_by("seq")[:limit])
    touched = {event.data.get("message_id") for event in events if event.kind in TOUCHING}
    news = {event.data.get("message_id") for event in events if event.kind in _SILENT}
    wanted = {pk for pk in touched | news if pk is not None}
    entries = [Entry(event.seq, event=event) for event in events if event.kind not in _SILENT | TOUCHING]
    if wanted:
        entries += [Entry(row.seq, message=row) for row in _messages(ticket).filter(pk__in=wanted)]
    entries.sort(key=lambda entry: entry.seq)
    return entries


def retracted_after(ticket: Ticket, seq: int) -> list[int]:
    """Messages that were taken back since `seq`: open screens remove them."""
    events = TicketEvent.objects.filter(ticket_id=ticket.pk, seq__gt=seq, kind="MessageRetracted")
    return [int(data["message_id"]) for data in events.values_list("data", flat=True)]


def _messages(ticket: Ticket) -> Any:
    rows = Message.objects.filter(ticket_id=ticket.pk).exclude(delivery="retracted")
    return (
        rows.select_related("author_agent", "author_contact", "inbox").prefetch_related("attachments").defer("search")
    )
