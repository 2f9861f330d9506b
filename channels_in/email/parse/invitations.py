"""Calendar invitations: what, when, where, by whom, as a card shows it. Recurrence is told, not expanded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from icalendar import Calendar, Component

from channels_in.email.parse.addresses import normal_address
from channels_in.email.parse.fence import fenced
from channels_in.email.parse.mime import Part
from core.text import clean_line, clean_text

MAX_CALENDAR_BYTES = 500_000
_SECONDS = 0.25
_METHODS = frozenset(("REQUEST", "PUBLISH", "CANCEL", "REPLY", "COUNTER", "ADD", "DECLINECOUNTER", "REFRESH"))


@dataclass(frozen=True, slots=True)
class Invitation:
    """Times are ISO 8601: with UTC offset, or a date alone for whole days; `answer` is what a REPLY says."""

    method: str
    summary: str
    starts: str = ""
    ends: str = ""
    location: str = ""
    organizer: str = ""
    attendees: tuple[str, ...] = ()
    answer: str = ""
    repeats: bool = False
    description: str = ""


def read_invitation(parts: Iterable[Part]) -> Invitation | None:
    """The first event of the first calendar part that can be read; the same one often comes twice."""
    for part in parts:
        if part.type in ("text/calendar", "application/ics") and not part.children:
            content = part.payload()
            method = part.parameters.get("method", "").upper()
            if len(content) <= MAX_CALENDAR_BYTES:
                found = fenced(lambda c=content, m=method: _read(c, m), None, seconds=_SECONDS)  # type: ignore[misc]  # a lambda with defaults has no inferred type
                if found is not None:
                    return found
    return None


def _read(content: bytes, declared: str) -> Invitation | None:
    calendar = Calendar.from_ical(content)
    event = next(iter(calendar.walk("VEVENT")), None)
    if event is None:
        return None
    method = declared or str(calendar.get("method", "")).upper()
    attendees = _people(event.get("attendee"))
    return Invitation(
        method=method if method in _METHODS else "PUBLISH",
        summary=clean_line(str(event.get("summary", "")), 300),
        starts=_time(event, "dtstart"),
        ends=_time(event, "dtend"),
        location=clean_line(str(event.get("location", "")), 300),
        organizer=next(iter(_people(event.get("organizer"))), ""),
        attendees=tuple(attendees[:20]),
        answer=_answer(event) if method == "REPLY" else "",
        repeats="rrule" in event,
        description=clean_text(str(event.get("description", "")))[:2000].strip(),
    )


def _time(event: Component, name: str) -> str:
    value = getattr(event.get(name), "dt", None)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    return value.isoformat() if isinstance(value, date) else ""


def _people(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value] if value is not None else []
    found = []
    for item in values:
        address = normal_address(str(item).lower().removeprefix("mailto:"))
        name = clean_line(str(getattr(item, "params", {}).get("CN", "")), 120)
        found.append(f"{name} <{address}>" if name and address and name != address else address or name)
    return [item for item in found if item]


def _answer(event: Component) -> str:
    attendee = event.get("attendee")
    first = attendee[0] if isinstance(attendee, list) and attendee else attendee
    return str(getattr(first, "params", {}).get("PARTSTAT", "")).upper()[:20]
