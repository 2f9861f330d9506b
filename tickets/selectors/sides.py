"""What stands beside a ticket: its contact's addresses and its followers."""

from __future__ import annotations

from people.models import Agent, Identity
from tickets.models import Ticket


def identities_of(contact_id: int) -> list[Identity]:
    return list(Identity.objects.select_related("contact").filter(contact_id=contact_id).order_by("id")[:20])


def followers_of(ticket: Ticket) -> list[Agent]:
    return list(Agent.objects.filter(follows__ticket=ticket).order_by("name")[:50])
