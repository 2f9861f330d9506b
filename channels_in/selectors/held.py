"""What is held back (spam, loops, blocked senders, bursts), for the agents of its inbox."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from channels_in.models import DeliveryState, HeldFor, InboundDelivery
from core.clock import now
from core.errors import NotFound
from core.paging import Page, keyset_page
from people.models import Agent, Contact
from people.policy import may
from tickets.selectors.access import inboxes_visible_to

# Discarding can be undone for as long as anybody remembers.
UNDO_DAYS = 7
COUNTED = 1000


def held_visible_to(agent: Agent, *, why: str = "") -> QuerySet[InboundDelivery]:
    """Without the raw bytes, which may be large; `held_by_id` has them."""
    if not may(agent, "see_tickets"):
        return InboundDelivery.objects.none()
    rows = InboundDelivery.objects.filter(state=DeliveryState.SUSPENDED, inbox__in=inboxes_visible_to(agent))
    rows = rows.filter(held_for=why) if why in HeldFor.values else rows
    return rows.select_related("inbox").defer("raw")


def discarded_visible_to(agent: Agent) -> QuerySet[InboundDelivery]:
    """What was held back and thrown away lately: it can still be brought back."""
    if not may(agent, "see_tickets"):
        return InboundDelivery.objects.none()
    rows = InboundDelivery.objects.filter(state=DeliveryState.DISCARDED, inbox__in=inboxes_visible_to(agent))
    since = now() - timedelta(days=UNDO_DAYS)
    return rows.exclude(held_for="").filter(handled_at__gt=since).select_related("inbox").defer("raw")


def held_page(agent: Agent, *, why: str = "", cursor: str = "", size: int = 50) -> Page[InboundDelivery]:
    """The newest first."""
    return keyset_page(held_visible_to(agent, why=why), order="-id", cursor=cursor, size=size)


def discarded_page(agent: Agent, *, cursor: str = "", size: int = 50) -> Page[InboundDelivery]:
    return keyset_page(discarded_visible_to(agent), order="-id", cursor=cursor, size=size)


def held_by_id(agent: Agent, delivery_id: int) -> InboundDelivery:
    """What is held back or was just discarded, with its raw bytes; or NotFound."""
    for rows in (held_visible_to(agent), discarded_visible_to(agent)):
        if found := rows.defer(None).filter(pk=delivery_id).first():
            return found
    raise NotFound("There is nothing like that held back that you may see.")


def held_of_contact(agent: Agent, contact: Contact) -> int:
    """How many messages of this contact are held back now, of those that the agent may see; a thousand at most."""
    addresses = list(contact.identities.values_list("value", flat=True))
    return held_visible_to(agent).exclude(held_for="").filter(sender__in=addresses)[:COUNTED].count()
