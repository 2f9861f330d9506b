"""Handles accepted deliveries: read outside of any transaction, record in one, and keep what cannot be read visible."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection

from channels_in.base import ChannelError, Unreadable
from channels_in.figures import DELIVERIES_HANDLED
from channels_in.models import InboundDelivery
from channels_in.registry import adapter_for
from channels_in.services import read, record, setbacks
from channels_in.services.claim import claim, next_of_lane
from channels_in.services.record import Outcome
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from tickets.models import Inbox, Ticket

logger = logging.getLogger(__name__)

# A task that has worked this long leaves the rest of its batch to the next one, well before its time limit.
BATCH_SECONDS = 20


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
    while waiting:
        if time.monotonic() - started > BATCH_SECONDS:
            return waiting
        rows = claim(waiting.pop(0))
        if not rows:
            continue
        handle(rows)
        if (follower := next_of_lane(rows[-1])) is not None and follower not in waiting:
            waiting.insert(0, follower)
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


def handle(rows: Sequence[InboundDelivery]) -> Outcome | None:
    """One claimed delivery, or the parts of one bundle. Never raises: what goes wrong is written on the rows."""
    inbox = Inbox.objects.get(pk=rows[0].inbox_id)
    try:
        return _read_and_record(inbox, rows)
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
        logger.exception("A delivery could not be read", extra={"delivery": rows[0].pk, "channel": inbox.kind})
        setbacks.reading_failed(rows, reason=f"It could not be read ({type(error).__name__}).")
    return None


def _postpone_if_possible(rows: Sequence[InboundDelivery]) -> None:
    """While the database is away nothing can be written: then the lease ends by itself."""
    if not connection.in_atomic_block:  # a broken connection is given back, the next one is fresh
        connection.close_if_unusable_or_obsolete()
    with contextlib.suppress(OperationalError, InterfaceError):
        setbacks.postpone(rows, reason="The database was busy or away.")


def _read_and_record(inbox: Inbox, rows: Sequence[InboundDelivery]) -> Outcome:
    adapter = adapter_for(inbox.kind)
    events = [read.with_files(adapter, inbox, event) for event in read.parse(adapter, inbox, rows)]
    with unit_of_work():
        outcome = record.record(events, inbox=inbox)
        record.finish(rows, outcome)
    DELIVERIES_HANDLED.labels(inbox.kind, outcome.outcome).inc()
    return outcome
