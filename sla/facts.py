"""What promises add to the condition language: whose office is open at that moment."""

from __future__ import annotations

from datetime import datetime

from sla.models import BusinessHours
from sla.models.hours import OpenInterval
from tickets.conditions.facts import Choices, MomentFact
from tickets.conditions.kinds import SEVERAL
from tickets.conditions.registry import register


def open_at(at: datetime) -> frozenset[str]:
    """The ids of the business hours that are open."""
    now_open = OpenInterval.objects.filter(starts_at__lte=at, ends_at__gt=at)
    return frozenset(str(pk) for pk in now_open.values_list("hours_id", flat=True))


def _choices() -> Choices:
    return [(str(pk), name) for pk, name in BusinessHours.objects.values_list("pk", "name")]


register(MomentFact("open_hours", "Business hours that are open", SEVERAL, read=open_at, choices=_choices))
