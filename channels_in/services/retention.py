"""Drops the raw bytes of deliveries that never became a message; the rows stay, so that copies are still known."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from channels_in.models import DeliveryState, InboundDelivery
from core.clock import now

BATCH = 500
_MOST_BATCHES = 40
# What became a message keeps its raw bytes: people may ask for the source as long as the message lives.
_WITHOUT_MESSAGE = Q(state__in=[DeliveryState.IGNORED, DeliveryState.DISCARDED]) | Q(outcome="duplicate")


def drop_raw() -> int:
    """Empty what is older than the setting says, some at a time; returns how many."""
    before = now() - timedelta(days=settings.KEEP_RAW_DAYS)
    old = InboundDelivery.objects.filter(_WITHOUT_MESSAGE, raw_dropped_at__isnull=True, handled_at__lt=before)
    total = 0
    for _ in range(_MOST_BATCHES):
        batch = list(old.order_by("handled_at").values_list("pk", flat=True)[:BATCH])
        total += InboundDelivery.objects.filter(pk__in=batch).update(raw=b"", raw_dropped_at=Now())
        if len(batch) < BATCH:
            break
    return total
