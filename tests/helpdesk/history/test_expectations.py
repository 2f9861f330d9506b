"""Told pasts hold an expectation for each first answer, in the open time of the desk."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.history.expectations import expectation_rows
from helpdesk.history.facts import COLUMNS
from sla.calendar import Calendar

BEGAN = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def told(**values: Any) -> list[dict[str, Any]]:
    known = {"kind": "first_response", "ticket_id": 1, "channel": "email", "began_at": BEGAN, "wall_seconds": 3600.0}
    row = tuple((dict.fromkeys(COLUMNS) | known | {"at": BEGAN + timedelta(hours=1)} | values).values())
    return [dict(zip(COLUMNS, found, strict=True)) for found in expectation_rows(COLUMNS, row, Calendar.always())]


def test_first_answer_is_held_against_what_could_be_expected() -> None:
    (row,) = told()
    assert (row["kind"], row["target_seconds"], row["is_kept"]) == ("foretold", 10800, True)
    assert json.loads(row["data"]) == {"p50": 2700, "p90": 10800, "off": 900.0, "basis": "history"}


def test_customers_are_told_of_a_longer_wait_on_busy_days() -> None:
    (row,) = told(ticket_id=6, wall_seconds=20000.0)
    assert (row["target_seconds"], row["is_kept"]) == (16200, False)


def test_nothing_else_is_held_against_an_expectation() -> None:
    assert told(kind="next_response") == []
