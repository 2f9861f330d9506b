"""How figures are said: counts, percentages, open time, and what has changed."""

from __future__ import annotations

from typing import Any

MINUTE, HOUR, DAY = 60, 3600, 86400
NOTHING = "–"


def shown(value: Any, kind: str) -> str:
    """A figure for people; an en dash when there is none."""
    if value is None:
        return NOTHING
    if kind == "percent":
        return f"{value:.1f} %".replace(".0 %", " %")
    if kind == "duration":
        return duration(float(value))
    if kind == "age":
        return age(float(value))
    if kind == "count":
        return f"{value:,.0f}"
    if kind == "number":
        return f"{value:,.1f}"
    return str(value)


def duration(seconds: float) -> str:
    """Open time in the two largest units: "45 s", "12 min", "5 h 10 min", "21 h". Open hours are no days."""
    if seconds < 0:
        return f"−{duration(-seconds)}"
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 10 or not rest:
        return f"{round(minutes / 60)} h"
    return f"{hours} h {rest} min"


def age(seconds: float) -> str:
    """Calendar time: as a duration, and in days from the third on."""
    return f"{seconds / DAY:.0f} days" if seconds >= 2 * DAY else duration(seconds)


def change(value: Any, before: Any, kind: str) -> str:
    """The difference to the period before, with its sign; "" when there is nothing to compare."""
    if value is None or before is None:
        return ""
    difference = value - before
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    if kind == "percent":
        return f"{sign}{abs(difference):.1f} points"
    return f"{sign}{shown(abs(difference), kind)}"
