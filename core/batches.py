"""Rows that are due, done a batch at a time; where one of them fails, each by itself, so that it holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Model, QuerySet

logger = logging.getLogger(__name__)

R = TypeVar("R", bound=Model)
# Does the first rows of what is due in one transaction, and returns how many.
Done = Callable[[QuerySet[R]], int]


def do_batch(due: QuerySet[R], done: Done[R], *, size: int) -> int:
    """How many were done. What fails by itself stays due: the next tick tries it again."""
    found = _tried(due, done)
    if found is None:
        # Any of them, not the first: a batch of rows that fail for good must not stand before all others for good.
        some = due.order_by("?").values_list("pk", flat=True)[:size]
        found = sum(_tried(due.filter(pk=pk), done, pk=pk) or 0 for pk in some)
    return found


def stop_if_out_of_time(error: Exception) -> None:
    """For whoever catches what a row raises and goes on with the next one: raises again where there is no time for it.
    Otherwise the hard limit would kill the worker in the midst of another row."""
    if isinstance(error, SoftTimeLimitExceeded):
        raise error


def _tried(due: QuerySet[R], done: Done[R], **row: Any) -> int | None:
    """None where it failed. Whoever is out of time does not begin with another row."""
    try:
        return done(due)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("What was due has failed", extra={"of": due.model.__name__, **row})
        return None
