"""Handles accepted deliveries: read outside of any transaction, record in one, and keep what cannot be read visible."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection

from channels_in.base import ChannelError, Unreadable
from channels_in.figures import DELIVERIES_HANDLED
from channels_in.models import InboundDelivery
from channels_in.registry import adapter_for
from channels_in.services import bursts, read, record, setbacks
from channels_in.services.claim import claim, claim_fresh, next_of_lanes, next_waiting, to_be_taken_alone
from channels_in.services.record import Outcome
from core.crashpoints import crashpoint
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from tickets.models import Inbox, Ticket

logger = logging.getLogger(__name__)

# A task that has worked this long leaves the rest of its batch to the next one, well before its time limit.
BATCH_SECONDS = 20
# On a backlog this many share one transaction, and those who listen hear of them at once.
TOGETHER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a delivery, for the door that waited for it."""

    outcome: str
    reason: str
    ticket_number: int | None = None
    message_id: int | None = None


def process(delivery_ids: Sequence[int]) -> list[int]:
    """Handle the deliveries that are to be had, and what waited behind them; returns those there was no time for."""
    started = time.monotonic()
    waiting = list(delivery_ids)
    is_backlog = False
    while waiting or is_backlog:
        if time.monotonic() - started > BATCH_SECONDS:
            return waiting or next_waiting()
        chosen, waiting = waiting[:TOGETHER], waiting[TOGETHER:]
        done = claim_fresh(chosen, together=TOGETHER)
        is_backlog = len(done) == TOGETHER
        crashpoint("process.after_claim")
        handle_together(done)
        for delivery_id in to_be_taken_alone(chosen, besides=done):
            if rows := claim(delivery_id):
                handle(rows)
                done += rows
        waiting = [*next_of_lanes(done), *waiting]
    return []


def process_now(delivery_id: int) -> Processed:
    """Handle one delivery at once, in the caller's process, and tell what became of it."""
    handle_if_free(delivery_id)
    row = InboundDelivery.objects.defer("raw").get(pk=delivery_id)
    number = None
    if row.ticket_id is not None:
        number = Ticket.objects.filter(pk=row.ticket_id).values_list("number", flat=True).first()
    return Processed(
        outcome=row.outcome or row.state,
        reason=row.reason or row.error,
        ticket_number=number,
        message_id=row.message_id,
    )


def handle_if_free(delivery_id: int) -> None:
    if rows := claim(delivery_id):
        handle(rows)


def handle(rows: Sequence[InboundDelivery]) -> None:
    """One claimed delivery, or the parts of one bundle. Never raises: what goes wrong is written on the rows."""
    with _setbacks_noted(rows):
        _record_alone(_read(Inbox.objects.get(pk=rows[0].inbox_id), rows))


def handle_together(rows: Sequence[InboundDelivery]) -> None:
    """Several claimed deliveries in one transaction; when one of them spoils it, each for itself."""
    if not rows:
        return
    inboxes = {inbox.pk: inbox for inbox in Inbox.objects.filter(pk__in={row.inbox_id for row in rows})}
    ready: list[_Ready] = []
    for row in rows:
        with _setbacks_noted([row]):
            ready.append(_read(inboxes[row.inbox_id], [row]))
    try:
        with unit_of_work():
            outcomes = [_record(item) for item in ready]
    except Exception as error:
        logger.info("A batch is taken apart", exc_info=error)
        _renew_connection()
        for item in ready:
            _record_alone(item)
    else:
        for item, outcome in zip(ready, outcomes, strict=True):
            _count(item, outcome)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What was read, waiting to be recorded."""

    inbox: Inbox
    rows: Sequence[InboundDelivery]
    events: Sequence[read.ReadEvent]


def _read(inbox: Inbox, rows: Sequence[InboundDelivery]) -> _Ready:
    adapter = adapter_for(inbox.kind)
    parsed = bursts.without(adapter, inbox, rows, read.parse(adapter, inbox, rows))
    events = [read.with_files(adapter, inbox, event) for event in parsed]
    crashpoint("process.after_reading")
    return _Ready(inbox, rows, events)


def _record(ready: _Ready) -> Outcome:
    is_released = any(row.is_released for row in ready.rows)
    outcome = record.record(ready.events, inbox=ready.inbox, is_released=is_released)
    record.finish(ready.rows, outcome)
    crashpoint("process.before_commit")
    return outcome


def _record_alone(ready: _Ready) -> None:
    with _setbacks_noted(ready.rows):
        with unit_of_work():
            outcome = _record(ready)
        _count(ready, outcome)


def _count(ready: _Ready, outcome: Outcome) -> None:
    crashpoint("process.after_commit")
    DELIVERIES_HANDLED.labels(ready.inbox.kind, outcome.outcome).inc()


@contextlib.contextmanager
def _setbacks_noted(rows: Sequence[InboundDelivery]) -> Iterator[None]:
    """What goes wrong inside is written on the rows, and goes no further."""
    try:
        yield
    except ChannelError as error:
        setbacks.postpone(rows, reason=error.reason, after_seconds=error.after_seconds)
    except (OperationalError, InterfaceError) as error:
        logger.warning("The database refused a delivery; it will be tried again", exc_info=error)
        _postpone_if_possible(rows)
    except SoftTimeLimitExceeded:
        setbacks.reading_failed(rows, reason="Reading took too long.")
    except Unreadable as error:
        setbacks.quarantine(rows, reason=error.message)
    except HelpdeskError as error:
        setbacks.reading_failed(rows, reason=error.message)
    except Exception as error:
        logger.exception("A delivery could not be read", extra={"delivery": rows[0].pk})
        setbacks.reading_failed(rows, reason=f"It could not be read ({type(error).__name__}).")


def _postpone_if_possible(rows: Sequence[InboundDelivery]) -> None:
    """While the database is away nothing can be written: then the lease ends by itself."""
    _renew_connection()
    with contextlib.suppress(OperationalError, InterfaceError):
        setbacks.postpone(rows, reason="The database was busy or away.")


def _renew_connection() -> None:
    """A broken connection is given back, the next one is fresh."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
