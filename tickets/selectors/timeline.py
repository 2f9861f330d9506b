"""The timeline of a ticket: messages of all channels, notes and changes, in the order of their seq."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tickets.models import Message, MessageKind, Ticket, TicketEvent

PAGE_SIZE = 40
# So many changes are told in one answer; whoever missed more asks again.
MOST_NEWS = 200
# Events that only accompany a message entry, or repeat what another entry says.
_SILENT = frozenset({"MessageReceived", "MessageQueued", "NoteAdded", "SLAApplied", "MessageMovedIn", "HistoryFiled"})
# Events that change how an earlier entry looks.
TOUCHING = frozenset({"MessageDelivered", "MessageFailed", "MessagePostponed", "MessageRetracted", "MessageEdited"})
# Events that have a line of their own and change how an earlier entry looks.
_REWRITING = frozenset({"MessageRedacted"})
# Messages that come and go; these have a line of their own too.
_MOVING = frozenset({"MessagesMovedOut", "MessagesMovedBack"})
_SHOWN_AGAIN = _SILENT | TOUCHING | _MOVING | _REWRITING


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
    """The newest `size` entries (before a seq). Three queries at any length: messages with files, and changes.

    Nothing that came since the ticket was read: the screen asks for what is after its `last_seq`, and would show it
    twice."""
    messages = _messages(ticket).filter(seq__lte=ticket.last_seq)
    events = TicketEvent.objects.filter(ticket_id=ticket.pk, seq__lte=ticket.last_seq).exclude(
        kind__in=_SILENT | TOUCHING
    )
    if before_seq is not None:
        messages = messages.filter(seq__lt=before_seq)
        events = events.filter(seq__lt=before_seq)
    newest = list(messages.order_by("-seq")[: size + 1])
    earlier = newest[size - 1].seq if len(newest) > size else 0
    if earlier:
        events = events.filter(seq__gte=earlier)
    entries = [Entry(row.seq, message=row) for row in newest[:size]]
    entries += [Entry(row.seq, event=_of(ticket, row)) for row in events.order_by("-seq")[:200]]
    entries.sort(key=lambda entry: entry.seq)
    return Timeline(entries, ticket.last_seq, earlier)


def news_until(ticket: Ticket, seq: int) -> int:
    """How far the news of a screen that knows the ticket up to `seq` go: to when the ticket was read, at most."""
    return min(ticket.last_seq, seq + MOST_NEWS)


def entries_after(ticket: Ticket, seq: int) -> list[Entry]:
    """What is new since `seq`, as far as `news_until`: new entries, and earlier messages whose delivery or text changed
    since."""
    until = news_until(ticket, seq)
    events = list(TicketEvent.objects.filter(ticket_id=ticket.pk, seq__gt=seq, seq__lte=until).order_by("seq"))
    wanted = {pk for event in events if event.kind in _SHOWN_AGAIN for pk in _named_by(event.data)}
    entries = [Entry(event.seq, event=_of(ticket, event)) for event in events if event.kind not in _SILENT | TOUCHING]
    if wanted:
        entries += [Entry(row.seq, message=row) for row in _messages(ticket).filter(pk__in=wanted)]
    entries.sort(key=lambda entry: entry.seq)
    return entries


def retracted_after(ticket: Ticket, seq: int) -> list[int]:
    """Messages that were taken back or moved away since `seq`: open screens remove them."""
    kinds = ["MessageRetracted", "MessagesMovedOut"]
    events = TicketEvent.objects.filter(ticket_id=ticket.pk, seq__gt=seq, kind__in=kinds)
    gone = {pk for data in events.values_list("data", flat=True) for pk in _named_by(data)}
    if not gone:
        return []
    still_here = _messages(ticket).filter(pk__in=gone).values_list("pk", flat=True)
    return sorted(gone - set(still_here))


def moved_back_after(ticket: Ticket, seq: int) -> list[int]:
    """Messages that stand in their old places again: open screens put them there, not at the end."""
    events = TicketEvent.objects.filter(ticket_id=ticket.pk, seq__gt=seq, kind="MessagesMovedBack")
    return [pk for data in events.values_list("data", flat=True) for pk in _named_by(data)]


def _of(ticket: Ticket, event: TicketEvent) -> TicketEvent:
    event.ticket = ticket  # known already: no query for it
    return event


def _named_by(data: dict[str, Any]) -> list[int]:
    """The messages that an event is about."""
    one = data.get("message_id")
    return [*([one] if one is not None else []), *data.get("message_ids", ())]


def _messages(ticket: Ticket) -> Any:
    """What stands in the conversation with the customer; side conversations have a place of their own."""
    rows = Message.objects.filter(ticket_id=ticket.pk).exclude(delivery="retracted").exclude(kind=MessageKind.SIDE)
    return (
        rows.select_related("author_agent", "author_contact", "inbox").prefetch_related("attachments").defer("search")
    )
