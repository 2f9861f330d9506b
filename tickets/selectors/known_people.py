"""Whom a ticket knows: its requester's addresses, agents, and everybody who was part of the conversation before."""

from __future__ import annotations

from collections.abc import Iterable

from people.models import Agent, Identity
from tickets.models import Message, MessageKind, Ticket
from tickets.recipients import Known

# Enough to know everybody in any conversation that people can still follow.
MOST_MESSAGES = 200


def known_people(ticket: Ticket, asked: Iterable[str]) -> Known:
    """Three queries; `asked` are the addresses that the answer will be used for."""
    addresses = {address.lower() for address in asked}
    requester = Identity.objects.filter(contact_id=ticket.contact_id).values_list("value", flat=True)
    agents = Agent.objects.filter(email__in=addresses, is_active=True).values_list("email", flat=True)
    return Known(
        requester=frozenset(value.lower() for value in requester),
        agents=frozenset(agents),
        part=frozenset(_part(ticket)),
    )


def copied_last(ticket: Ticket) -> set[str]:
    """Who got the newest answer that a person wrote: an agent has said once that they belong to it."""
    newest = (
        Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY, direction="out", is_automatic=False)
        .order_by("-seq")
        .values_list("recipients", flat=True)
        .first()
    )
    return set(_named(newest or {}, ("to", "cc")))


def _part(ticket: Ticket) -> Iterable[str]:
    """Whoever wrote, or was written to by us; a name in somebody's Cc is not enough."""
    rows = Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY).order_by("-seq")
    for direction, people in rows.values_list("direction", "recipients")[:MOST_MESSAGES]:
        yield from _named(people, ("to", "cc") if direction == "out" else ("from",))


def _named(people: dict[str, object], roles: tuple[str, ...]) -> Iterable[str]:
    for role in roles:
        found = people.get(role) or []
        for item in found if isinstance(found, list) else [found]:
            if isinstance(item, dict) and item.get("address"):
                yield str(item["address"]).lower()
