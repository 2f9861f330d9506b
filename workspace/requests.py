"""Reading what a script or a form sent: numbers, ids and moments, refused at the field when wrong."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from core.errors import Invalid
from core.given import moment as moment
from core.given import optional_whole as optional_whole
from core.given import whole as whole

MOST_IDS = 200


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
