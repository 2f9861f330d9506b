"""What customers would have been told to expect (sla/services/predicting.py), held against the first answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sla.calendar import Calendar

Row = tuple[Any, ...]
# Seconds of open time in which half, and nine of ten, of the first answers usually came.
_USUAL = {"webchat": (360, 2400)}
_ELSEWHERE = (2700, 10800)
_BUSY_EVERY = 6
_NOT_OF_EXPECTATIONS = ("business_seconds", "policy_id", "policy_version", "hours_id", "hours_version")
_EMPTY: dict[str, Any] = {**dict.fromkeys(_NOT_OF_EXPECTATIONS), "metric": ""}


def expectation_rows(columns: tuple[str, ...], row: Row, calendar: Calendar) -> Iterator[Row]:
    """For the first answer, what could be expected when the customer wrote; on a busy day half as long again."""
    told = dict(zip(columns, row, strict=True))
    if told["kind"] != "first_response":
        return
    began, real = told["began_at"], told["wall_seconds"]
    is_busy = told["ticket_id"] % _BUSY_EVERY == 0
    usual = _USUAL.get(told["channel"], _ELSEWHERE)
    p50, p90 = (
        round((calendar.add(began, length * 1.5 if is_busy else length) - began).total_seconds()) for length in usual
    )
    data = {"p50": p50, "p90": p90, "off": real - p50, "basis": "queue" if is_busy else "history"}
    changed = {
        "kind": "foretold",
        "counted_seconds": real,
        "target_seconds": p90,
        "is_kept": real <= p90,
        "data": json.dumps(data),
    }
    yield tuple((told | _EMPTY | changed).values())
