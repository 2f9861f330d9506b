"""Keyset pages: an opaque cursor holds the sort values of the last row, so deep pages cost what page one costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from core.errors import Invalid

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """`rows` of this page and the cursor of the next one ("" at the end)."""

    rows: list[M]
    next_cursor: str


def encode_cursor(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """Raises Invalid on anything that we did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _broken() from error
    if not isinstance(values, list) or len(values) != length or not isinstance(values[-1], int):
        raise _broken()
    return values


def keyset_page(rows: QuerySet[M], *, order: str, cursor: str, size: int) -> Page[M]:
    """One page of `rows` sorted by `order` ("-created_at", "due_at", "id" ...) and then by id in the same direction.

    Both columns must be NOT NULL; an index on (order, id) serves every page.
    """
    descending = order.startswith("-")
    field = order.lstrip("-")
    sign = "-" if descending else ""
    if cursor:
        rows = rows.filter(_after(field, decode_cursor(cursor, 1 if field == "id" else 2), descending))
    ordering = [f"{sign}id"] if field == "id" else [order, f"{sign}id"]
    found = list(rows.order_by(*ordering)[: size + 1])
    if len(found) <= size:
        return Page(found, "")
    last = found[size - 1]
    values = [last.pk] if field == "id" else [getattr(last, field), last.pk]
    return Page(found[:size], encode_cursor(values))


def _after(field: str, values: list[Any], descending: bool) -> Q:
    way = "lt" if descending else "gt"
    if field == "id":
        return Q(**{f"id__{way}": values[0]})
    value = _parse(values[0])
    # "at or past the value, and (past it or past the id)" lets PostgreSQL start the index scan at the cursor.
    at_or_past = Q(**{f"{field}__{way}e": value})
    return at_or_past & (Q(**{f"{field}__{way}": value}) | Q(**{f"id__{way}": values[1]}))


def _parse(value: Any) -> datetime:
    """Lists are sorted by moments, or by id alone."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _broken() from error
    if moment.tzinfo is None:
        raise _broken()
    return moment


def _broken() -> Invalid:
    return Invalid("This page link is broken. Start again from the first page.", fields={"cursor": "broken"})
