"""What happens to a delivery that did not get through: tried again, or set aside where agents see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models.functions import Now

from channels_in.models import DeliveryState, InboundDelivery
from channels_in.services.claim import MAX_SILENT_ATTEMPTS
from channels_in.services.enqueue import PROCESS_INBOUND, forget
from core.events.bus import publish, unit_of_work
from core.events.catalogue import DeliveryQuarantined

MAX_READINGS = 3
MAX_POSTPONEMENTS = 12
_LONGEST_WAIT_SECONDS = 300


def reading_failed(rows: Sequence[InboundDelivery], *, reason: str) -> None:
    """The content is the problem: two more tries (a fixed parser may be on its way), then it is set aside."""
    if rows[0].attempts >= MAX_READINGS:
        quarantine(rows, reason=reason)
    else:
        _again(rows, reason=reason, after_seconds=2 ** rows[0].attempts)


def postpone(rows: Sequence[InboundDelivery], *, reason: str, after_seconds: int | None = None) -> None:
    """Something around it is the problem: patience, with growing pauses."""
    if rows[0].attempts >= MAX_POSTPONEMENTS:
        quarantine(rows, reason=reason)
    else:
        wait = after_seconds if after_seconds is not None else 2 ** rows[0].attempts
        _again(rows, reason=reason, after_seconds=min(max(wait, 1), _LONGEST_WAIT_SECONDS))


def hurry(delivery_id: int) -> None:
    """Somebody waits for this delivery: its pause ends now. A delivery under a lease is left alone."""
    waiting = InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.NEW).exclude(error="")
    waiting.update(due_at=Now())


def quarantine(rows: Sequence[InboundDelivery], *, reason: str) -> None:
    """Set aside: agents of the inbox see it with its raw content, and may retry or discard it."""
    with unit_of_work():
        changed = InboundDelivery.objects.filter(pk__in=[row.pk for row in rows], state=DeliveryState.NEW).update(
            state=DeliveryState.QUARANTINED,
            outcome="quarantined",
            reason=reason[:300],
            error=reason[:500],
            handled_at=Now(),
        )
        if changed:
            publish(DeliveryQuarantined(inbox_id=rows[0].inbox_id, delivery_id=rows[0].pk))


def quarantine_deadly(limit: int = 100) -> int:
    """Set aside what took its worker down again and again without a word; returns how many."""
    deadly = InboundDelivery.objects.filter(
        state=DeliveryState.NEW, due_at__lte=Now(), attempts__gte=MAX_SILENT_ATTEMPTS, error=""
    )
    rows = list(deadly.defer("raw").order_by("due_at", "id")[:limit])
    for row in rows:
        quarantine([row], reason="Whoever tried to read it was stopped in the middle, several times.")
    return len(rows)


def _again(rows: Sequence[InboundDelivery], *, reason: str, after_seconds: int) -> None:
    InboundDelivery.objects.filter(pk__in=[row.pk for row in rows], state=DeliveryState.NEW).update(
        due_at=Now() + timedelta(seconds=after_seconds), error=reason[:500]
    )
    for row in rows:
        forget(PROCESS_INBOUND, row.pk)
