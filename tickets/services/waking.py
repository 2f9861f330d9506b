"""Snoozed tickets come back when their time has come."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from core.batches import do_batch
from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, TicketWoken
from tickets.models import Ticket
from tickets.services.journal import record

BATCH = 50


def wake_due(at: datetime | None = None) -> int:
    """Wake one batch; returns how many. Tickets that somebody else writes to wait for the next tick."""
    due = Ticket.objects.filter(snoozed_until__lte=at or now()).order_by("snoozed_until", "id")
    return do_batch(due, _woken, size=BATCH)


def _woken(due: QuerySet[Ticket]) -> int:
    with unit_of_work():
        woken = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for ticket in woken:
            record(ticket, TicketWoken(why="The time is up"), actor=SYSTEM, columns={"snoozed_until": None})
    return len(woken)
