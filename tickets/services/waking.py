"""Snoozed tickets come back when their time has come."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import QuerySet

from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, TicketWoken
from tickets.models import Ticket
from tickets.services.journal import record

logger = logging.getLogger(__name__)

BATCH = 50


def wake_due(at: datetime | None = None) -> int:
    """Wake one batch; returns how many. Tickets that somebody else writes to wait for the next tick. Where one of them
    fails, each is woken by itself: it holds up no other."""
    due = Ticket.objects.filter(snoozed_until__lte=at or now()).order_by("snoozed_until", "id")
    try:
        return _woken(due)
    except Exception:
        logger.exception("A batch of tickets could not be woken; each of them is tried by itself")
    return sum(_alone(pk, due) for pk in due.values_list("pk", flat=True)[:BATCH])


def _alone(ticket_id: int, due: QuerySet[Ticket]) -> int:
    try:
        return _woken(due.filter(pk=ticket_id))
    except Exception:
        logger.exception("A ticket could not be woken; it will be tried again", extra={"ticket_id": ticket_id})
        return 0


def _woken(due: QuerySet[Ticket]) -> int:
    with unit_of_work():
        woken = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for ticket in woken:
            record(ticket, TicketWoken(why="The time is up"), actor=SYSTEM, columns={"snoozed_until": None})
    return len(woken)
