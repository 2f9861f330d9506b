"""Moves messages between tickets: to another one, to a new one (a split), all of them (a merge); and back again.

A ticket is a set of messages: only links change, the messages themselves stay as they are, and so do the journals of
both tickets. Each move writes an event that holds what it takes to put everything back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from core.errors import Conflict, Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import (
    Actor,
    MessageMovedIn,
    MessagesMovedBack,
    MessagesMovedOut,
    StatusChanged,
    TicketAssigned,
    TicketOpened,
)
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import ATTEMPTABLE, ChannelThread, Link, Message, SideConversation, Status, Ticket, TicketEvent
from tickets.selectors.access import tickets_visible_to
from tickets.services.journal import locked, record
from tickets.services.summaries import (
    OF_MESSAGES,
    OF_STATE,
    newest_answer_at,
    newest_words,
    restored,
    shown_messages,
    snapshot,
    summary,
)

MOST_MESSAGES = 500


def move_messages(source: Ticket, *, message_ids: Collection[int], target: Ticket, actor: Actor) -> MessagesMovedOut:
    """Move messages to another ticket. The last one of a ticket takes the ticket along: that is a merge."""
    _allow(actor)
    with unit_of_work():
        here, there = _both(source.pk, target.pk)
        _refuse_ended(there)
        rows = _movable(here, message_ids)
        if len(rows) == shown_messages(here.pk).count():
            return _merge(here, there, actor)
        return _move(here, there, rows, actor=actor)


def split_off(source: Ticket, *, message_ids: Collection[int], subject: str = "", actor: Actor) -> MessagesMovedOut:
    """Give messages a new ticket of their own, with the same team and assignee."""
    _allow(actor)
    with unit_of_work():
        here = locked(source)
        rows = _movable(here, message_ids)
        if len(rows) == shown_messages(here.pk).count():
            raise Invalid("That is the whole ticket.", fields={"messages": "Leave at least one message here."})
        there = _new_ticket(here, rows, subject=subject, actor=actor)
        return _move(here, there, rows, actor=actor, made_ticket=True)


def merge(source: Ticket, *, into: Ticket, actor: Actor) -> MessagesMovedOut:
    """Put everything of `source` into the other ticket; whoever still answers the old one is heard there."""
    _allow(actor)
    with unit_of_work():
        here, there = _both(source.pk, into.pk)
        return _merge(here, there, actor)


def undo_move(ticket: Ticket, *, event_id: int, actor: Actor) -> Ticket:
    """Put back what the move took from `ticket`: places, columns, chats. Conflict when it was moved on since."""
    _allow(actor)
    event = TicketEvent.objects.filter(pk=event_id, ticket=ticket, kind=MessagesMovedOut.key()).first()
    if event is None or event.data.get("undoes"):
        raise Invalid("This is no move that can be undone.", fields={"event": "Choose a move of this ticket."})
    agent = acting_agent(actor)
    if agent and not tickets_visible_to(agent).filter(pk=event.data["other_id"]).exists():
        raise NotAllowed("The other ticket is one that you may not see: ask somebody of its team.")
    with unit_of_work():
        here, there = _both(ticket.pk, event.data["other_id"])
        if TicketEvent.objects.filter(ticket=here, kind=MessagesMovedBack.key(), data__undoes=event.pk).exists():
            raise Conflict("This move has been undone already.")
        _put_back(here, there, event, actor)
    return here


def _put_back(here: Ticket, there: Ticket, event: TicketEvent, actor: Actor) -> None:
    data = event.data
    if here.merged_into_id is not None and not data["is_merge"]:
        raise Conflict("This ticket was merged into another one since. Undo that first.")
    ids = tuple(data["message_ids"])
    rows = list(Message.objects.filter(pk__in=ids, ticket=there).defer("search"))
    if len(rows) != len(ids):
        raise Conflict("Some of these messages were moved on since. Undo that first.")
    _refuse_unsent(rows)
    arrived = _arrival(there, ids)
    places = {row.pk: row.seq for row in rows}
    for pk, seq in zip(ids, data["seqs"], strict=True):
        Message.objects.filter(pk=pk).update(ticket=here, seq=seq, moved_from=_origin(here, pk, before=event.seq))
    _hand_over(data["thread_ids"], data["side_ids"], to=here)
    left = MessagesMovedOut(
        message_ids=ids,
        seqs=tuple(places[pk] for pk in ids),
        other_id=here.pk,
        other_number=here.number,
        undoes=event.pk,
        is_merge=data["is_merge"],
    )
    columns = _columns_before(there, data["other_before"], since=arrived)
    if data["made_ticket"] and not shown_messages(there.pk).exists():
        columns |= _ended(there, here)
    record(there, left, actor=actor, columns=columns)
    back = MessagesMovedBack(
        message_ids=ids,
        other_id=there.pk,
        other_number=there.number,
        undoes=event.pk,
        is_merge=data["is_merge"],
    )
    columns = _columns_before(here, data["before"], since=event.seq)
    record(here, back, actor=actor, columns={**columns, "merged_into_id": data["before"]["merged_into_id"]})


def _origin(ticket: Ticket, message_id: int, *, before: int) -> int | None:
    """Where the message had come to this ticket from; None when it began here."""
    arrivals = TicketEvent.objects.filter(
        ticket=ticket, kind=MessageMovedIn.key(), data__message_id=message_id, seq__lt=before
    )
    number = arrivals.order_by("-seq").values_list("data__other_number", flat=True).first()
    return int(number) if number is not None else None


def _columns_before(ticket: Ticket, stored: dict[str, Any], *, since: int) -> dict[str, Any]:
    """What the row said before the move, unless something newer has its say."""
    later = TicketEvent.objects.filter(ticket=ticket, seq__gt=since)
    decided = later.filter(kind__in=["StatusChanged", "TicketSnoozed", "TicketWoken", "MessagesMovedOut"]).exists()
    state = {} if decided else restored(stored, OF_STATE)
    has_news = Message.objects.filter(ticket=ticket, seq__gt=since).exists() or decided
    if not has_news:
        return {**restored(stored, OF_MESSAGES), "snippet": newest_words(ticket.pk), **state}
    return {**summary(ticket, is_open=ticket.is_open), **state}


def _arrival(there: Ticket, message_ids: Sequence[int]) -> int:
    """The other ticket's seq when the move was complete."""
    events = TicketEvent.objects.filter(ticket=there, kind=MessageMovedIn.key(), data__message_id__in=list(message_ids))
    return events.order_by("-seq").values_list("seq", flat=True).first() or 0


def _move(
    here: Ticket,
    there: Ticket,
    rows: Sequence[Message],
    *,
    actor: Actor,
    made_ticket: bool = False,
    is_merge: bool = False,
) -> MessagesMovedOut:
    """Both tickets are locked."""
    before, other_before = snapshot(here), snapshot(there)
    threads, sides = _companions(here) if is_merge else ((), ())
    ids = tuple(row.pk for row in rows)
    reopens = _reopens(there, ids)
    first_seq = there.last_seq + (2 if reopens else 1)
    for place, row in enumerate(rows):
        Message.objects.filter(pk=row.pk).update(ticket=there, seq=first_seq + place, moved_from=here.number)
    _hand_over(threads, sides, to=there)
    out = record(
        here,
        MessagesMovedOut(
            message_ids=ids,
            seqs=tuple(row.seq for row in rows),
            other_id=there.pk,
            other_number=there.number,
            thread_ids=threads,
            side_ids=sides,
            is_merge=is_merge,
            made_ticket=made_ticket,
            before=before,
            other_before=other_before,
        ),
        actor=actor,
        columns={**summary(here, is_open=here.is_open and not is_merge), **(_ended(here, there) if is_merge else {})},
    )
    if reopens:
        opened = {"status": Status.OPEN.value, "resolved_at": None, "closed_at": None}
        record(there, StatusChanged(before=there.status, after=Status.OPEN.value), actor=actor, columns=opened)
    columns = summary(there, is_open=there.is_open)
    for place, pk in enumerate(ids, 1):
        arrived = MessageMovedIn(
            message_id=pk,
            other_id=here.pk,
            other_number=here.number,
            is_merge=is_merge,
            is_last=place == len(ids),
        )
        record(there, arrived, actor=actor, columns=columns)
    return out


def _merge(here: Ticket, there: Ticket, actor: Actor) -> MessagesMovedOut:
    if here.merged_into_id is not None:
        raise Conflict("This ticket has been merged into another one already.")
    _refuse_ended(there)
    rows = list(Message.objects.filter(ticket=here).defer("search").order_by("created_at", "seq")[: MOST_MESSAGES + 1])
    if len(rows) > MOST_MESSAGES:
        raise Invalid("This ticket is too long to merge.", fields={"into": f"At most {MOST_MESSAGES} messages."})
    _refuse_unsent(rows)
    return _move(here, there, rows, actor=actor, is_merge=True)


def _new_ticket(here: Ticket, rows: Sequence[Message], *, subject: str, actor: Actor) -> Ticket:
    """Of whoever wrote first in it."""
    first = next((row for row in rows if row.author_contact_id), rows[0])
    public = next((row for row in rows if row.is_public), None)
    made = Ticket.objects.create(
        subject=(" ".join(subject.split()) or first.subject or here.subject)[:500],
        inbox_id=public.inbox_id if public else here.inbox_id,
        channel=public.channel if public else here.channel,
        contact_id=first.author_contact_id or here.contact_id,
        organization_id=here.organization_id,
        team_id=here.team_id,
        priority=here.priority,
        follows=here,
        follows_why=Link.SPLIT,
    )
    there = locked(made)
    opened = TicketOpened(inbox_id=there.inbox_id, team_id=there.team_id, channel=there.channel)
    record(there, opened, actor=actor)
    if here.assignee_id is not None:
        event = TicketAssigned(before=None, after=here.assignee_id, reason=f"Split off #{here.number}")
        record(there, event, actor=actor, columns={"assignee_id": here.assignee_id})
    return there


def _refuse_ended(there: Ticket) -> None:
    """Two tickets that lead to each other would lead nowhere."""
    if there.merged_into_id is not None:
        raise Conflict(f"#{there.number} has been merged into another ticket. Choose that one.")


def _movable(ticket: Ticket, message_ids: Collection[int]) -> list[Message]:
    rows = list(shown_messages(ticket.pk).filter(pk__in=message_ids).order_by("created_at", "seq"))
    if not rows or len(rows) != len(set(message_ids)) or len(rows) > MOST_MESSAGES:
        raise Invalid("Choose messages of this ticket.", fields={"messages": "Choose messages of this ticket."})
    _refuse_unsent(rows)
    return rows


def _refuse_unsent(rows: Sequence[Message]) -> None:
    if any(row.delivery in ATTEMPTABLE for row in rows):
        raise Conflict("A reply is still on its way. Try again when it has been sent.")


def _reopens(there: Ticket, message_ids: Sequence[int]) -> bool:
    """A customer's message that nobody has answered opens the ticket that it comes to, as if it had just come."""
    if there.status in (Status.OPEN, Status.SPAM):
        return False
    unanswered = Message.objects.filter(pk__in=message_ids, kind="reply", direction="in", is_automatic=False)
    if answered_at := newest_answer_at(there.pk):
        unanswered = unanswered.filter(created_at__gt=answered_at)
    return unanswered.exists()


def _companions(ticket: Ticket) -> tuple[tuple[int, ...], tuple[int, ...]]:
    threads = ChannelThread.objects.filter(ticket=ticket).order_by("pk").values_list("pk", flat=True)
    sides = SideConversation.objects.filter(ticket=ticket).order_by("pk").values_list("pk", flat=True)
    return tuple(threads), tuple(sides)


def _hand_over(thread_ids: Collection[int], side_ids: Collection[int], *, to: Ticket) -> None:
    ChannelThread.objects.filter(pk__in=thread_ids).update(ticket=to)
    SideConversation.objects.filter(pk__in=side_ids).update(ticket=to)


def _ended(here: Ticket, there: Ticket) -> dict[str, Any]:
    at = here.updated_at
    return {
        "status": Status.CLOSED.value,
        "resolved_at": here.resolved_at or at,
        "closed_at": at,
        "snoozed_until": None,
        "merged_into_id": there.pk,
    }


def _both(one: int, other: int) -> tuple[Ticket, Ticket]:
    """Both rows locked, always in the same order, so that two movers never wait for each other."""
    if one == other:
        raise Invalid("That is the same ticket.", fields={"into": "Choose another ticket."})
    found = {pk: locked(pk) for pk in sorted((one, other))}
    return found[one], found[other]


def _allow(actor: Actor) -> None:
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
