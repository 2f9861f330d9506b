"""Lengths of time and open hours as people type them: "1h 30m", "09:00-12:00, 13:00-17:00"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([mhd])", re.IGNORECASE)
_PERIOD = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")
_DAY = 24 * 60


def seconds_in(text: str) -> int:
    """The seconds of "4h", "1h 30m", "2d"; a day is 24 hours. ValueError says what is wrong."""
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip(" ,"):
        raise ValueError("Write a length of time such as 30m, 4h or 1h 30m.")
    seconds = round(sum(float(number.replace(",", ".")) * _UNITS[unit.lower()] for number, unit in parts))
    if seconds < 1:
        raise ValueError("Longer than nothing, please.")
    return seconds


def span_text(seconds: int) -> str:
    """The same the other way round, in hours and minutes."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(minutes)
    return " ".join(parts) or f"{max(rest, 1) / 60:.2g}m"


def periods_in(weekday: int, text: str) -> list[tuple[int, int, int]]:
    """The open periods of one day; one that ends no later than it begins runs past midnight."""
    periods: list[tuple[int, int, int]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        found = _PERIOD.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part}” is no period; write 09:00-17:00.")
        opens, closes = _minute(found[1], found[2]), _minute(found[3], found[4])
        if opens == _DAY:
            raise ValueError("A period begins before 24:00.")
        periods.append((weekday, opens, closes if closes > opens else closes + _DAY))
    return periods


def periods_text(periods: Sequence[Sequence[int]], weekday: int) -> str:
    return ", ".join(
        f"{_clock(opens)}-{_clock(closes if closes <= _DAY else closes - _DAY)}"
        for day, opens, closes in periods
        if day == weekday
    )


Span = tuple[int, int]
OwnDay = tuple[date, str, list[Span]]


def days_in(text: str) -> list[OwnDay]:
    """Lines of "2026-12-25 Christmas Day", closed, or "2026-12-24 09:00-12:00 Christmas Eve", open then only."""
    days: list[OwnDay] = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        day, _, rest = line.partition(" ")
        spans: list[Span] = []
        while (word := rest.strip().partition(" ")[0].rstrip(",")) and _PERIOD.fullmatch(word):
            spans += [(opens, closes) for _, opens, closes in periods_in(0, word)]
            rest = rest.strip().partition(" ")[2]
        if any(closes > _DAY for _, closes in spans):
            raise ValueError(f"“{line}”: the hours of a single day end by 24:00.")
        try:
            days.append((date.fromisoformat(day), rest.strip()[:80], spans))
        except ValueError:
            raise ValueError(f"“{line}” does not begin with a date such as 2026-12-25.") from None
    return days


def days_text(days: Iterable[OwnDay]) -> str:
    """The same the other way round."""
    lines = ((day.isoformat(), *(f"{_clock(a)}-{_clock(b)}" for a, b in spans), name) for day, name, spans in days)
    return "\n".join(" ".join(filter(None, parts)) for parts in lines)


def warnings_in(text: str) -> list[dict[str, int]]:
    """ "50 %, 80 %, 15m": after a share of the time, or so long before its end."""
    warnings: list[dict[str, int]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        percent = part.removesuffix("%").strip()
        if part.endswith("%") and percent.isdecimal() and 1 <= int(percent) <= 100:
            warnings.append({"percent": int(percent)})
            continue
        if part.endswith("%") or (seconds := seconds_in(part)) % 60:
            raise ValueError(f"“{part}” is no warning; write 80 % or 15m.")
        warnings.append({"minutes_left": seconds // 60})
    return warnings


def warnings_text(warnings: Iterable[Mapping[str, int]]) -> str:
    return ", ".join(
        f"{warning['percent']} %" if "percent" in warning else span_text(warning["minutes_left"] * 60)
        for warning in warnings
    )


def _minute(hours: str, minutes: str) -> int:
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > _DAY:
        raise ValueError(f"{hours}:{minutes} is no time of day.")
    return minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
