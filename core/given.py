"""What was given as text: numbers and moments, refused at their field when they are none."""

from __future__ import annotations

from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from core.errors import Invalid

# Beyond these a moment cannot be told in every zone.
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


def whole(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("This address is broken.", fields={name: "Give a number."})
    return int(text)


def optional_whole(text: str, name: str) -> int | None:
    return whole(text, name) if text else None


def moment(text: str, name: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Invalid("This is not a time.", fields={name: "Choose a date and a time."})
    return make_aware(found) if is_naive(found) else found
