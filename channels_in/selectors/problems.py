"""What came in and could not be read: for the agents of its inbox, with its raw content."""

from __future__ import annotations

from django.db.models import QuerySet

from channels_in.models import DeliveryState, InboundDelivery
from core.errors import NotFound
from core.paging import Page, keyset_page
from people.models import Agent
from people.policy import may
from tickets.selectors.access import inboxes_visible_to

SHOWN_BYTES = 200_000


def problems_visible_to(agent: Agent) -> QuerySet[InboundDelivery]:
    """Without the raw bytes, which may be large; `problem_for` has them."""
    if not may(agent, "see_tickets"):
        return InboundDelivery.objects.none()
    waiting = InboundDelivery.objects.filter(state=DeliveryState.QUARANTINED, inbox__in=inboxes_visible_to(agent))
    return waiting.select_related("inbox").defer("raw")


def problem_page(agent: Agent, *, cursor: str = "", size: int = 50) -> Page[InboundDelivery]:
    """The newest problems first."""
    return keyset_page(problems_visible_to(agent), order="-id", cursor=cursor, size=size)


def problem_for(agent: Agent, delivery_id: int) -> InboundDelivery:
    """The problem with its raw bytes, or NotFound."""
    found = problems_visible_to(agent).defer(None).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound("There is no such problem that you may see.")
    return found


def shown_raw(delivery: InboundDelivery) -> str:
    """The raw content as text for a page; at most 200,000 bytes of it."""
    return bytes(delivery.raw)[:SHOWN_BYTES].decode(errors="replace").replace("\x00", "\ufffd")
