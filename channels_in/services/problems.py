"""What agents may do with what could not be read: have it tried once more, or throw it away."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from channels_in.models import DeliveryState, InboundDelivery
from channels_in.services.enqueue import PROCESS_INBOUND, ask
from core.errors import Conflict
from people.models import Agent
from people.policy import require

_GONE = "A colleague has dealt with this already."


def retry(delivery: InboundDelivery, *, agent: Agent) -> None:
    """Queue it again as if it had just come in. Raises Conflict when it is no problem any more."""
    require(agent, "edit_ticket")
    changed = _quarantined(delivery).update(
        state=DeliveryState.NEW, due_at=Now(), attempts=0, error="", outcome="", reason="", handled_at=None
    )
    if not changed:
        raise Conflict(_GONE)
    transaction.on_commit(lambda: ask(PROCESS_INBOUND, [delivery.pk]))


def discard(delivery: InboundDelivery, *, agent: Agent) -> None:
    """Take it off the list; the raw bytes stay. Raises Conflict when it is no problem any more."""
    require(agent, "edit_ticket")
    reason = f"Discarded by {agent}"[:300]
    if not _quarantined(delivery).update(state=DeliveryState.DISCARDED, reason=reason, handled_at=Now()):
        raise Conflict(_GONE)


def _quarantined(delivery: InboundDelivery) -> QuerySet[InboundDelivery]:
    return InboundDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.QUARANTINED)
