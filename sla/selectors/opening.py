"""Whether the desk is open at a moment, by all the business hours that it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sla.models import BusinessHours, OpenInterval, Policy


@dataclass(frozen=True, slots=True)
class Opening:
    is_open: bool
    # When the stretch begins that is open now, or opens next, and whose it is.
    opens_at: datetime
    hours: str


def opening_at(at: datetime) -> Opening | None:
    """None where no hours are in use; those of shifts alone do not count."""
    kept = Policy.objects.filter(archived_at=None)
    in_use = BusinessHours.objects.filter(Q(is_default=True) | Q(uses__isnull=False) | Q(policies__in=kept))
    ahead = OpenInterval.objects.filter(hours__in=in_use.values("pk"), ends_at__gt=at).select_related("hours")
    first = ahead.order_by("starts_at", "hours_id").first()
    return Opening(first.starts_at <= at, first.starts_at, first.hours.name) if first else None
