"""Tickets that have to do with each other: what one follows, where it went, where its messages may belong."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core.events.catalogue import MessageMovedIn
from people.models import Agent
from tickets.models import OPEN_STATUSES, Link, Message, Ticket, TicketEvent
from tickets.selectors.access import tickets_visible_to


@dataclass(frozen=True, slots=True)
class Linked:
    """`words` lead to the other ticket: "Possibly belongs to". `may_join`: one click puts this one into it."""

    words: str
    other: Ticket
    may_join: bool


def linked(agent: Agent, ticket: Ticket) -> Linked | None:
    """Where this ticket points, if the agent may see that; no query when it points nowhere."""
    other_id = ticket.merged_into_id or ticket.follows_id
    if other_id is None:
        return None
    other = tickets_visible_to(agent).filter(pk=other_id).first()
    if other is None:
        return None
    if ticket.merged_into_id is not None:
        return Linked("Merged into", other, may_join=False)
    words = Link(ticket.follows_why).label if ticket.follows_why else "Follows"
    return Linked(words, other, may_join=ticket.follows_why in (Link.MAYBE, Link.COPY))


def went_to(agent: Agent, ticket: Ticket) -> Ticket:
    """Where a merged ticket is worked on now, as far as the agent may see it; any other ticket is there itself."""
    seen = {ticket.pk}
    while ticket.merged_into_id is not None and ticket.merged_into_id not in seen:
        there = tickets_visible_to(agent).filter(pk=ticket.merged_into_id).first()
        if there is None:
            break
        seen.add(there.pk)
        ticket = there
    return ticket


def place_of(ticket_id: int) -> int:
    """Where a merged ticket is worked on now, for the desk itself; one that was opened again is that place."""
    seen: set[int] = set()
    while ticket_id not in seen:
        seen.add(ticket_id)
        ended = Ticket.objects.filter(pk=ticket_id, merged_into__isnull=False).exclude(status__in=OPEN_STATUSES)
        ticket_id = ended.values_list("merged_into_id", flat=True).first() or ticket_id
    return ticket_id


def likely_targets(agent: Agent, ticket: Ticket, *, size: int) -> list[Ticket]:
    """Where a message of the ticket most likely belongs: linked tickets, then others of its customer, newest first."""
    visible = tickets_visible_to(agent).select_related("contact").exclude(pk=ticket.pk).filter(merged_into=None)
    related = [pk for pk in (ticket.follows_id,) if pk is not None]
    first = [*visible.filter(pk__in=related), *visible.filter(follows=ticket).order_by("-id")[:size]]
    others = visible.filter(contact_id=ticket.contact_id).order_by("-last_message_at", "-id")[:size]
    return list({row.pk: row for row in [*first, *others]}.values())[:size]


def with_merged(ticket: Ticket) -> QuerySet[Ticket]:
    """A ticket that the viewer may see already, and those that were merged into it: what hangs on them is its own."""
    return Ticket.objects.filter(Q(pk=ticket.pk) | Q(merged_into=ticket.pk)).order_by()


def whereabouts(message_id: int) -> list[int]:
    """The tickets that a message stands and stood in, the present one first."""
    found = list(Message.objects.filter(pk=message_id).values_list("ticket_id", flat=True))
    for ticket_id in found:
        arrivals = TicketEvent.objects.filter(
            ticket_id=ticket_id, kind=MessageMovedIn.key(), data__message_id=message_id
        )
        found += sorted(set(arrivals.values_list("data__other_id", flat=True)) - set(found))
    return found
