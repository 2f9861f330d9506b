"""The policies and business hours of the desk, for those who manage them."""

from __future__ import annotations

from django.db.models import F, QuerySet

from sla.calendar import Calendar
from sla.models import BusinessHours, Policy


def policies() -> QuerySet[Policy]:
    """In the order in which they are tried; what was put away comes last."""
    return (
        Policy.objects.select_related("hours")
        .prefetch_related("targets")
        .order_by(F("archived_at").asc(nulls_first=True), "position", "id")
    )


def business_hours() -> QuerySet[BusinessHours]:
    return BusinessHours.objects.prefetch_related("holidays", "uses__team", "uses__inbox").order_by("name", "id")


def calendar_of(hours: BusinessHours | None) -> Calendar:
    """The pure calendar of some hours; none means round the clock."""
    return hours.calendar() if hours else Calendar.always()
