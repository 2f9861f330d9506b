"""Whether the desk is open at a moment, by all the business hours that it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sla.models import BusinessHours, OpenInterval, Policy


@dataclass(frozen=True, slots=True)
class Opening:
    is_open: bool
    # When the stretch begins that is open now, or opens next.
    opens_at: datetime


def opening_at(at: datetime) -> Opening | None:
    """None where some promise runs round the clock, or no hours are in use. The hours of shifts alone do not count."""
    kept = Policy.objects.filter(archived_at=None)
    if kept.filter(hours=None).exists():
        return None
    in_use = BusinessHours.objects.filter(Q(is_default=True) | Q(uses__isnull=False) | Q(policies__in=kept))
    ahead = OpenInterval.objects.filter(hours__in=in_use.values("pk"), ends_at__gt=at)
    opens_at = ahead.order_by("starts_at").values_list("starts_at", flat=True).first()
    return Opening(is_open=opens_at <= at, opens_at=opens_at) if opens_at else None
