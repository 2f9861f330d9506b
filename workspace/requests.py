"""Reading what a script or a form sent: numbers, ids and moments, refused at the field when wrong."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from core.errors import Invalid

MOST_IDS = 200


def whole(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("This address is broken.", fields={name: "Give a number."})
    return int(text)


def optional_whole(text: str, name: str) -> int | None:
    return whole(text, name) if text else None


def ids(request: HttpRequest, name: str) -> list[int]:
    listed = [text for text in request.POST.get(name, "").split(",") if text]
    if len(listed) > MOST_IDS:
        raise Invalid("Too many at once.", fields={name: f"At most {MOST_IDS}."})
    return [whole(text, name) for text in listed]


def uuids(request: HttpRequest, name: str) -> list[UUID]:
    try:
        return [UUID(text) for text in request.POST.getlist(name) if text][:50]
    except ValueError as error:
        raise Invalid("A file is missing.", fields={name: "Upload the file again."}) from error


def moment(text: str, name: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid("This is not a time.", fields={name: "Choose a date and a time."})
    return make_aware(found) if is_naive(found) else found
