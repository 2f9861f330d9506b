"""What chats would have left behind in the past: routing/services/chat_waits.py, told in Python beside other facts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sla.calendar import Calendar

Row = tuple[Any, ...]
_RING = timedelta(seconds=45)
_NOT_OF_CHATS = ("metric", "counted_seconds", "target_seconds", "is_kept", "policy_id", "policy_version", "message_id")
_EMPTY: dict[str, Any] = {**dict.fromkeys(_NOT_OF_CHATS), "metric": "", "data": "{}"}


def chat_rows(columns: tuple[str, ...], row: Row, calendar: Calendar) -> Iterator[Row]:
    """For the opening and for the first answer of a chat, what they mean for it."""
    told = dict(zip(columns, row, strict=True))
    if told["channel"] != "webchat":
        return
    if told["kind"] == "opened":
        kind = "chat_left_word" if _left_word(told["ticket_id"], told["at"], calendar) else "chat_begun"
        alone = {"kind": kind, "began_at": None, "wall_seconds": None, "business_seconds": None}
        yield tuple((told | _EMPTY | alone).values())
    elif told["kind"] == "first_response" and not _left_word(told["ticket_id"], told["began_at"], calendar):
        yield from _outcome(told, calendar)


def _outcome(told: dict[str, Any], calendar: Calendar) -> Iterator[Row]:
    """Some let it ring; some visitors are gone before anybody answers."""
    began, number = told["began_at"], told["ticket_id"]
    missed = int(number % 5 == 0 and told["at"] > began + 2 * _RING)
    if missed:
        yield _row(told, "ring_missed", began + _RING, calendar, {})
    rings = {"rings": 1 + missed, "missed": missed}
    patience = timedelta(seconds=5 if number % 29 == 0 else 240 + number * 97 % 900)
    if told["at"] > began + patience:
        yield _row(told, "chat_abandoned", began + patience, calendar, rings)
    else:
        yield _row(told, "chat_answered", told["at"], calendar, {**rings, "at_once": 1 + number % 3})


def _row(told: dict[str, Any], kind: str, at: datetime, calendar: Calendar, data: dict[str, int]) -> Row:
    began = told["began_at"]
    lengths = {
        "wall_seconds": (at - began).total_seconds(),
        "business_seconds": calendar.between(began, at).total_seconds(),
    }
    message = {"message_id": told["message_id"]} if kind == "chat_answered" else {}
    changed = {"kind": kind, "at": at, **lengths, **message, "data": json.dumps(data)}
    return tuple((told | _EMPTY | changed).values())


def _left_word(number: int, at: datetime, calendar: Calendar) -> bool:
    """Of those who come while the desk is closed, most use the form."""
    return number % 4 > 0 and not calendar.between(at, at + timedelta(seconds=1))
