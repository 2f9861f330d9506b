"""Business hours: saved as people say them, and compiled into the UTC stretches that the database counts with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import F, Max

from core.clock import now
from core.errors import Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import PromisesChanged
from sla.calendar import Calendar, Period
from sla.models import BusinessHours, Holiday, OpenInterval, Policy

# Clocks start in the past when old tickets are taken over, and fall due years ahead at most.
YEARS_BACK = 2
YEARS_AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursDraft:
    """Business hours as a form holds them: periods are (weekday, opens, closes) in minutes from midnight."""

    name: str
    time_zone: str
    periods: Sequence[tuple[int, int, int]]
    holidays: Sequence[tuple[date, str]] = field(default_factory=tuple)


def save_hours(draft: HoursDraft, *, hours: BusinessHours | None = None) -> BusinessHours:
    """Create or change business hours. Each promise counted in them becomes a new version of itself, which the
    clocks that run follow a moment later."""
    periods = _checked_periods(draft)
    with unit_of_work():
        saved = hours or BusinessHours()
        saved.name, saved.time_zone = draft.name.strip(), draft.time_zone
        saved.periods = [[period.weekday, period.opens, period.closes] for period in periods]
        saved.save()
        saved.holidays.all().delete()
        Holiday.objects.bulk_create(
            Holiday(hours=saved, date=day, name=name) for day, name in dict(draft.holidays).items()
        )
        compile_hours(saved)
        Policy.objects.filter(hours=saved).update(version=F("version") + 1, updated_at=now())
        publish(PromisesChanged())
    return saved


def compile_hours(hours: BusinessHours) -> None:
    """Write the open stretches of some years in UTC, instead of those that were there."""
    this_year = now().year
    calendar = Calendar(hours.time_zone, hours.calendar().periods, _holiday_dates(hours))
    with unit_of_work():
        hours.open_intervals.all().delete()
        OpenInterval.objects.bulk_create(
            _intervals(hours, calendar, range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)),
            batch_size=2000,
        )


def extend_hours() -> int:
    """Compile again whatever does not reach far enough ahead; returns how many hours needed it."""
    horizon = now().year + YEARS_AHEAD
    reach = BusinessHours.objects.annotate(reach=Max("open_intervals__starts_at"))
    short = [hours for hours in reach if hours.reach is None or hours.reach.year < horizon]
    for hours in short:
        compile_hours(hours)
    return len(short)


def _intervals(hours: BusinessHours, calendar: Calendar, years: range) -> Iterable[OpenInterval]:
    open_before = 0
    for starts_at, ends_at in calendar.intervals(years[0], years[-1]):
        yield OpenInterval(hours=hours, starts_at=starts_at, ends_at=ends_at, open_before=open_before)
        open_before += round((ends_at - starts_at).total_seconds() * 1_000_000)


def _holiday_dates(hours: BusinessHours) -> frozenset[date]:
    return frozenset(hours.holidays.values_list("date", flat=True))


def _checked_periods(draft: HoursDraft) -> list[Period]:
    if not draft.name.strip():
        raise Invalid("Give the business hours a name.", fields={"name": "Give them a name."})
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("Choose a time zone.", fields={"time_zone": "There is no such time zone."}) from error
    if not draft.periods:
        raise Invalid("Add at least one open period.", fields={"periods": "Add at least one open period."})
    try:
        return sorted(Period(*period) for period in draft.periods)
    except ValueError as error:
        raise Invalid("An open period is wrong.", fields={"periods": str(error)}) from error
