"""A stretch of whole days in somebody's time zone, and the stretch of the same length before it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid

PRESETS = {7: "Last 7 days", 14: "Last 14 days", 30: "Last 30 days", 60: "Last 60 days", 90: "Last 90 days"}
DEFAULT_DAYS = 30
LONGEST_DAYS = 366
# Longer periods are drawn by week, so that a chart stays readable.
DAILY_UP_TO = 92


@dataclass(frozen=True, slots=True)
class Period:
    """From the start of `first` to the end of `last`, both days included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer part of it."""
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=self.zone)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def step_days(self) -> int:
        """How many days one mark of a chart stands for."""
        return 1 if self.length <= DAILY_UP_TO else 7

    @property
    def step_count(self) -> int:
        """How many marks a chart has."""
        return math.ceil(self.length / self.step_days)

    def steps(self) -> list[tuple[date, date]]:
        """The marks of a chart: the first and last day of each."""
        starts = range(0, self.length, self.step_days)
        return [
            (
                self.first + timedelta(days=offset),
                min(self.first + timedelta(days=offset + self.step_days - 1), self.last),
            )
            for offset in starts
        ]

    def previous(self) -> Period:
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1), self.zone)

    def query(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def last_days(days: int, *, now: datetime, zone: ZoneInfo) -> Period:
    """The days up to today, which is part of it."""
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=days - 1), today, zone)


def period_from(values: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Period:
    """The period of a URL: `from` and `to`, or `days` up to today. Raises Invalid at the field that is wrong."""
    if values.get("from") or values.get("to"):
        return _between(values, now=now, zone=zone)
    days = values.get("days") or str(DEFAULT_DAYS)
    if not days.isdecimal() or len(days) > 6 or not 1 <= int(days) <= LONGEST_DAYS:
        raise Invalid("Choose another period.", fields={"days": f"Between 1 and {LONGEST_DAYS} days."})
    return last_days(int(days), now=now, zone=zone)


def _between(values: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Period:
    today = now.astimezone(zone).date()
    last = _day(values, "to") or today
    first = _day(values, "from") or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise Invalid("The period ends before it begins.", fields={"to": "Choose a day after the first one."})
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid("The period is too long.", fields={"from": f"At most {LONGEST_DAYS} days."})
    if not 2000 <= first.year <= last.year < 2100:
        raise Invalid("Choose another period.", fields={"from": "Choose a day of this century."})
    return Period(first, last, zone)


def _day(values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("This is not a day.", fields={name: "Give a day like 2026-01-31."}) from error
