"""Tells subscribers what happened: `within` the same transaction, or `after` it has been committed.

A *within* handler gets one event, may only use the database, and its failure undoes the change. An *after* handler gets
all its events of one unit of work at once and only enqueues ids or pushes hints; its failure is logged, and a sweeper
repairs what it would have started.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction

from core import db
from core.events.catalogue import Event

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)
WithinHandler = Callable[[Any], None]
AfterHandler = Callable[[Sequence[Any]], None]

_within: dict[type[Event], list[WithinHandler]] = defaultdict(list)
_after: dict[type[Event], list[AfterHandler]] = defaultdict(list)


class _Unit(threading.local):
    depth = 0
    committed: list[Event]

    def __init__(self) -> None:
        self.committed = []


_unit = _Unit()


def within(*kinds: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Subscribe to events inside the writer's transaction."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        for kind in kinds:
            _within[kind].append(handler)
        return handler

    return register


def after(*kinds: type[E]) -> Callable[[Callable[[Sequence[E]], None]], Callable[[Sequence[E]], None]]:
    """Subscribe to the committed events of a unit of work, in their order, as one batch."""

    def register(handler: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], None]:
        for kind in kinds:
            _after[kind].append(handler)
        return handler

    return register


def publish(event: Event) -> None:
    """Announce a change; call it inside the transaction that makes the change."""
    for handler in _within[type(event)]:
        handler(event)
    transaction.on_commit(lambda: _on_committed(event))


@contextmanager
def unit_of_work(*, is_part: bool = False) -> Iterator[None]:
    """A transaction whose events reach the *after* handlers as one batch. Nested units join the outer one.

    `is_part`: within an outer unit it is no transaction of its own (two trips fewer): its failure is the whole's.
    """
    _unit.depth += 1
    mark = db.open_deferral()
    try:
        with transaction.atomic(savepoint=not is_part or _unit.depth == 1):
            yield
            if _unit.depth == 1:
                db.flush()
    except BaseException:
        db.drop_deferred(mark)
        raise
    finally:
        _unit.depth -= 1
        if _unit.depth == 0:
            db.close_deferral()
            events, _unit.committed = _unit.committed, []
            _dispatch(events)


def subscribers() -> dict[type[Event], tuple[list[WithinHandler], list[AfterHandler]]]:
    """Who listens to what; the events page of the docs is made from this."""
    return {kind: (_within[kind], _after[kind]) for kind in {*_within, *_after}}


def _on_committed(event: Event) -> None:
    if _unit.depth:
        _unit.committed.append(event)
    else:
        _dispatch([event])


def _dispatch(events: Sequence[Event]) -> None:
    batches: dict[AfterHandler, list[Event]] = {}
    for event in events:
        for handler in _after[type(event)]:
            batches.setdefault(handler, []).append(event)
    for handler, batch in batches.items():
        try:
            handler(batch)
        except Exception:
            logger.exception(
                "An after-commit handler failed; its sweeper will repair it", extra={"handler": repr(handler)}
            )
