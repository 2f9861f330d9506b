"""Holidays from an iCal calendar: its whole-day events, the repeated ones too. Pure; hostile files are bounded."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

MAX_BYTES = 1_000_000
MAX_EVENTS = 2_000
MAX_DAYS = 2_000
MAX_EVENT_DAYS = 60
_SECONDS = 5.0
_FIRST_WEEKLY = 1900
_STEPS = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
# A company's holidays, day by day; what else repeats daily is no holiday and could keep us busy for long.
_DAILY_PARTS = {"FREQ", "COUNT", "UNTIL", "INTERVAL", "BYDAY", "WKST"}
_FIRST_DAILY = 2000

_MIDNIGHT = datetime.min.time()

Day = tuple[date, str]


class NoCalendar(ValueError):
    """The bytes are no calendar that we can use; the text is for people."""


def holidays_in(raw: bytes, first: date, last: date) -> list[Day]:
    """The whole days that the calendar's events cover between two dates, once each, in order.

    Events with a time of day are appointments, not holidays: they are left out, cancelled ones too. From midnight to
    midnight is a whole day in whatever zone it is written. A repeated event that was moved counts where it is now.
    """
    if len(raw) > MAX_BYTES:
        raise NoCalendar(f"The calendar is larger than {MAX_BYTES:,} bytes.")
    try:
        calendars = [one for one in Calendar.from_ical(raw, multiple=True) if one.name == "VCALENDAR"]
        events = [event for one in calendars for event in one.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise NoCalendar("This is no iCal calendar.") from error
    if not calendars:
        # Nothing, or cut off on the way: that would look like a calendar without holidays.
        raise NoCalendar("This is no iCal calendar, or not all of it.")
    if len(events) > MAX_EVENTS:
        raise NoCalendar(f"The calendar has more than {MAX_EVENTS:,} events.")
    days: dict[date, str] = {}
    replaced = _replaced(events)
    ends = time.monotonic() + _SECONDS
    for event in events:
        if time.monotonic() > ends:
            raise NoCalendar("The calendar repeats its events in too complicated a way.")
        left_out = set() if "RECURRENCE-ID" in event else replaced[str(event.get("UID", ""))]
        for day, name in _readable_days(event, left_out, first, last):
            days.setdefault(day, name)
        if len(days) > MAX_DAYS:
            raise NoCalendar(f"The calendar has more than {MAX_DAYS:,} days.")
    return sorted(days.items())


def _replaced(events: Sequence[Component]) -> defaultdict[str, set[date]]:
    """By UID, the days of repeated events that an event of their own stands for."""
    found: defaultdict[str, set[date]] = defaultdict(set)
    for event in events:
        value = getattr(event.get("RECURRENCE-ID"), "dt", None)
        if isinstance(value, date):
            found[str(event.get("UID", ""))].add(value.date() if isinstance(value, datetime) else value)
    return found


def _readable_days(event: Component, left_out: set[date], first: date, last: date) -> list[Day]:
    """None of an event that cannot be read, or that goes on beyond the end of all calendars."""
    try:
        return list(_days_of(event, left_out, first, last))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return []


def _days_of(event: Component, left_out: set[date], first: date, last: date) -> Iterator[Day]:
    span = _span_of(event)
    if span is None or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start, length = span
    name = " ".join(str(event.get("SUMMARY", "")).replace("\x00", "").split())[:80]
    for begin in _beginnings(event, start, first - timedelta(days=length), last):
        for number in range(length if begin not in left_out else 0):
            day = begin + timedelta(days=number)
            if first <= day <= last:
                yield day, name


def _span_of(event: Component) -> tuple[date, int] | None:
    """The first day and how many there are; None for an appointment, for nothing and for what cannot be read."""
    start, end = (getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND"))
    duration = getattr(event.get("DURATION"), "dt", None)
    if not isinstance(start, date):
        return None
    if isinstance(start, datetime):
        end = end if isinstance(end, datetime) else start + duration if isinstance(duration, timedelta) else start
        if start.time() != _MIDNIGHT or end.time() != _MIDNIGHT or end.date() <= start.date():
            return None
        return start.date(), min((end.date() - start.date()).days, MAX_EVENT_DAYS)
    if isinstance(end, date) and not isinstance(end, datetime):
        days = (end - start).days
    else:
        days = duration.days if isinstance(duration, timedelta) else 1
    return start, min(max(days, 1), MAX_EVENT_DAYS)


def _beginnings(event: Component, start: date, first: date, last: date) -> Iterator[date]:
    left_out = _listed(event, "EXDATE")
    begins = {start, *_listed(event, "RDATE")}
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        begins.update(_repeated(rule.to_ical().decode(), start, first, last))
    yield from sorted(begins - left_out)


def _repeated(rule: str, start: date, first: date, last: date) -> set[date]:
    """Rules that step by less than a day are no holidays, and could keep us busy for long."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") not in _STEPS or {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(parts):
        return set()
    # A step of nothing would never end; weeks since the Middle Ages would take long.
    if parts.get("INTERVAL", "1").strip("0") == "" or (parts["FREQ"] == "WEEKLY" and start.year < _FIRST_WEEKLY):
        return set()
    if parts["FREQ"] == "DAILY" and (not set(parts) <= _DAILY_PARTS or start.year < _FIRST_DAILY):
        return set()
    # A whole day has no zone; an end that has one is cut to its date.
    until = parts.get("UNTIL", "")[:8]
    text = ";".join(f"{name}={until if name == 'UNTIL' else value}" for name, value in parts.items())
    try:
        found = rrulestr(text, dtstart=datetime.combine(start, _MIDNIGHT))
        between = found.between(_midnight(first), _midnight(last), inc=True)
    except (ValueError, TypeError, OverflowError):
        return set()
    return {moment.date() for moment in between}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, _MIDNIGHT)


def _listed(event: Component, name: str) -> set[date]:
    value = event.get(name)
    found: set[date] = set()
    for group in value if isinstance(value, list) else [value] if value is not None else []:
        for item in getattr(group, "dts", ()):
            if isinstance(item.dt, date):
                found.add(item.dt.date() if isinstance(item.dt, datetime) else item.dt)
    return found
