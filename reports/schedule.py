"""When a scheduled report is due, and which days it is about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.models import Every
from reports.period import Period

SENT_AT = time(7)


def next_time(every: str, *, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first morning after a moment on which a mail of this kind goes out."""
    if every == Every.NEVER:
        return None
    day = after.astimezone(zone).date()
    while True:
        at = datetime.combine(day, SENT_AT, tzinfo=zone)
        if at > after and _fits(every, day):
            return at
        day += timedelta(days=1)


def days_before(every: str, *, at: datetime, zone: ZoneInfo) -> Period:
    """The whole days that a mail of that moment is about, all of them over."""
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    if every == Every.MONTH:
        return Period(yesterday.replace(day=1), yesterday, zone)
    length = 7 if every == Every.WEEK else 1
    return Period(yesterday - timedelta(days=length - 1), yesterday, zone)


def _fits(every: str, day: date) -> bool:
    return (
        every == Every.DAY or (every == Every.WEEK and day.isoweekday() == 1) or (every == Every.MONTH and day.day == 1)
    )
