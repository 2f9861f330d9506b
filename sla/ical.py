"""Holidays from an iCal calendar: its whole-day events, the repeated ones too. Pure; hostile files are bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

MAX_BYTES = 1_000_000
MAX_EVENTS = 2_000
MAX_DAYS = 2_000
MAX_EVENT_DAYS = 60
_SECONDS = 5.0
_FIRST_WEEKLY = 1900
_STEPS = {"YEARLY", "MONTHLY", "WEEKLY"}

Day = tuple[date, str]


class NoCalendar(ValueError):
    """The bytes are no calendar that we can use; the text is for people."""


def holidays_in(raw: bytes, first: date, last: date) -> list[Day]:
    """The whole days that the calendar's events cover between two dates, once each, in order.

    Events with a time of day are appointments, not holidays: they are left out, cancelled ones too.
    """
    if len(raw) > MAX_BYTES:
        raise NoCalendar(f"The calendar is larger than {MAX_BYTES:,} bytes.")
    try:
        events = [event for one in Calendar.from_ical(raw, multiple=True) for event in one.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise NoCalendar("This is no iCal calendar.") from error
    if len(events) > MAX_EVENTS:
        raise NoCalendar(f"The calendar has more than {MAX_EVENTS:,} events.")
    days: dict[date, str] = {}
    ends = time.monotonic() + _SECONDS
    for event in events:
        if time.monotonic() > ends:
            raise NoCalendar("The calendar repeats its events in too complicated a way.")
        for day, name in _readable_days(event, first, last):
            days.setdefault(day, name)
        if len(days) > MAX_DAYS:
            raise NoCalendar(f"The calendar has more than {MAX_DAYS:,} days.")
    return sorted(days.items())


def _readable_days(event: Component, first: date, last: date) -> list[Day]:
    """None of an event that cannot be read, or that goes on beyond the end of all calendars."""
    try:
        return list(_days_of(event, first, last))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return []


def _days_of(event: Component, first: date, last: date) -> Iterator[Day]:
    start = _date_of(event, "DTSTART")
    if start is None or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    length = _length_of(event, start)
    name = " ".join(str(event.get("SUMMARY", "")).replace("\x00", "").split())[:80]
    for begin in _beginnings(event, start, first - timedelta(days=length), last):
        for number in range(length):
            day = begin + timedelta(days=number)
            if first <= day <= last:
                yield day, name


def _date_of(event: Component, name: str) -> date | None:
    """A whole day; None for an instant, for nothing and for what cannot be read."""
    value = getattr(event.get(name), "dt", None)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _length_of(event: Component, start: date) -> int:
    end = _date_of(event, "DTEND")
    duration = getattr(event.get("DURATION"), "dt", None)
    days = (end - start).days if end else duration.days if isinstance(duration, timedelta) else 1
    return min(max(days, 1), MAX_EVENT_DAYS)


def _beginnings(event: Component, start: date, first: date, last: date) -> Iterator[date]:
    left_out = _listed(event, "EXDATE")
    begins = {start, *_listed(event, "RDATE")}
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        begins.update(_repeated(rule.to_ical().decode(), start, first, last))
    yield from sorted(begins - left_out)


def _repeated(rule: str, start: date, first: date, last: date) -> set[date]:
    """Rules that step by less than a week are no holidays, and could keep us busy for long."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") not in _STEPS or {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(parts):
        return set()
    # A step of nothing would never end; weeks since the Middle Ages would take long.
    if parts.get("INTERVAL", "1").strip("0") == "" or (parts["FREQ"] == "WEEKLY" and start.year < _FIRST_WEEKLY):
        return set()
    # A whole day has no zone; an end that has one is cut to its date.
    until = parts.get("UNTIL", "")[:8]
    text = ";".join(f"{name}={until if name == 'UNTIL' else value}" for name, value in parts.items())
    try:
        found = rrulestr(text, dtstart=datetime.combine(start, datetime.min.time()))
        between = found.between(_midnight(first), _midnight(last), inc=True)
    except (ValueError, TypeError, OverflowError):
        return set()
    return {moment.date() for moment in between}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def _listed(event: Component, name: str) -> set[date]:
    value = event.get(name)
    found: set[date] = set()
    for group in value if isinstance(value, list) else [value] if value is not None else []:
        for item in getattr(group, "dts", ()):
            if isinstance(item.dt, date):
                found.add(item.dt.date() if isinstance(item.dt, datetime) else item.dt)
    return found
