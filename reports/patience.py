"""A question that takes the database too long gets a plain word instead of a page, and a way on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from psycopg2.errors import QueryCanceled

from core.errors import TakesTooLong

_WORD = (
    "This takes too long on a desk with so many tickets. Choose fewer days, or fewer conditions: those on the text of"
    " messages take the longest."
)


@contextmanager
def within_reason() -> Iterator[None]:
    """Where requests are answered the database gives up a statement by itself (helpdesk/patience.py)."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TakesTooLong(_WORD) from error
        raise
