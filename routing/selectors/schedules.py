"""When a rule may act: inside or outside of business hours."""

from __future__ import annotations

from datetime import datetime

from routing.models import During, Rule
from sla.models.hours import OpenInterval


def is_time_for(rule: Rule, at: datetime) -> bool:
    if rule.during == During.ALWAYS or rule.hours_id is None:
        return True
    is_open = OpenInterval.objects.filter(hours_id=rule.hours_id, starts_at__lte=at, ends_at__gt=at).exists()
    return is_open == (rule.during == During.INSIDE)


def schedule_in_words(rule: Rule) -> str:
    if rule.during == During.ALWAYS or rule.hours is None:
        return ""
    return f"{During(rule.during).label} {rule.hours.name}"
