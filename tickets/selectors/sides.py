"""What stands beside a ticket: its contact's addresses, its followers, its side conversations."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import NotFound
from people.models import Agent, Identity
from tickets.capabilities import capabilities_for
from tickets.models import Delivery, Direction, Inbox, Message, MessageKind, SideConversation, Ticket
from tickets.selectors.access import tickets_visible_to


def identities_of(contact_id: int) -> list[Identity]:
    return list(Identity.objects.select_related("contact").filter(contact_id=contact_id).order_by("id")[:20])


def followers_of(ticket: Ticket) -> list[Agent]:
    return list(Agent.objects.filter(follows__ticket=ticket).order_by("name")[:50])


def sides_of(ticket: Ticket) -> list[SideConversation]:
    """The newest first."""
    return list(SideConversation.objects.filter(ticket=ticket).order_by("-last_message_at", "-id")[:50])


def side_for(agent: Agent, side_id: int) -> SideConversation:
    """With its ticket, or NotFound: it is seen by whoever may see the ticket."""
    found = (
        SideConversation.objects.select_related("ticket", "inbox")
        .filter(pk=side_id, ticket__in=tickets_visible_to(agent))
        .first()
    )
    if found is None:
        raise NotFound("There is no such side conversation that you may see.")
    return found


def messages_of_side(side: SideConversation) -> list[Message]:
    rows = Message.objects.filter(side=side).exclude(delivery=Delivery.RETRACTED).defer("search")
    people = rows.select_related("author_agent", "author_contact", "inbox").prefetch_related("attachments")
    return list(people.order_by("seq")[:500])


def begun_by_itself(ticket: Ticket, to: Sequence[str]) -> SideConversation | None:
    """The newest one that no person began, with these members and no others."""
    sides = SideConversation.objects.filter(ticket=ticket, started_by=None).order_by("-id")[:20]
    wanted = {address.lower() for address in to}
    return next((side for side in sides if {member["address"] for member in side.members} == wanted), None)


def last_words_of_customer(ticket: Ticket) -> str:
    newest = Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY, direction=Direction.IN).order_by("-seq")
    return newest.values_list("text", flat=True).first() or ""


def customer_addresses(ticket: Ticket) -> set[str]:
    """All addresses of the requester and of everybody who wrote in the conversation with the customer."""
    contacts = set(
        Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY, author_contact__isnull=False).values_list(
            "author_contact", flat=True
        )
    )
    contacts.add(ticket.contact_id)
    values = Identity.objects.filter(contact__in=contacts).values_list("value", flat=True)
    return {value.lower() for value in values if "@" in value}


def own_addresses() -> set[str]:
    """The addresses of the desk's inboxes, with their further ones."""
    found: set[str] = set()
    for address, config in Inbox.objects.exclude(address="").values_list("address", "config"):
        found |= {address.lower(), *(str(alias).lower() for alias in config.get("aliases") or [])}
    return found


def side_inbox(ticket: Ticket) -> Inbox | None:
    """The ticket's own inbox where its channel can begin and copy; else the first one that can."""

    def fits(inbox: Inbox) -> bool:
        can = capabilities_for(inbox.kind)
        return inbox.is_active and bool(inbox.address) and can.can_start and can.copies

    if fits(ticket.inbox):
        return ticket.inbox
    open_ones = Inbox.objects.filter(is_active=True, is_private=False).order_by("id")
    return next((inbox for inbox in open_ones if fits(inbox)), None)
