"""Rules react to what happened: each event once, in the order of the rules, whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F

from core.batches import stop_if_out_of_time
from core.clock import now
from core.events.bus import publish, unit_of_work
from core.events.catalogue import RulesGaveUp
from routing.loops import may_react, trace_of
from routing.models import Outcome, PendingEvent
from routing.selectors.rules import rules_for_event
from routing.selectors.schedules import is_time_for
from routing.services.running import run_rule
from tickets.conditions import Occasion, holds
from tickets.models import TicketEvent
from tickets.services import journal

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RETRY_SECONDS = 30


def react_to(event_ids: Sequence[int]) -> None:
    """Let rules look at these events; one that fails is tried again by the sweeper and holds up no other."""
    for event_id in event_ids:
        try:
            _react(event_id)
        except Exception as error:
            logger.exception("Rules failed on an event; it will be tried again", extra={"event_id": event_id})
            _postpone(event_id)
            stop_if_out_of_time(error)


def overdue_event_ids(*, limit: int = 200) -> list[int]:
    """Events whose task got lost, oldest first."""
    overdue = PendingEvent.objects.filter(due_at__lte=now(), attempts__lt=MAX_ATTEMPTS).order_by("event_id")
    return list(overdue.values_list("event_id", flat=True)[:limit])


def _react(event_id: int) -> None:
    with unit_of_work():
        pending = PendingEvent.objects.select_for_update(skip_locked=True).filter(pk=event_id).first()
        if pending is None:
            return
        event = TicketEvent.objects.filter(pk=event_id).first()
        if event is not None:
            _run_rules(event)
        pending.delete()


def _run_rules(event: TicketEvent) -> None:
    trace = trace_of(event.cause, event.depth)
    rules = [rule for rule in rules_for_event(event.kind) if may_react(rule.pk, trace)]
    if not rules:
        return
    ticket = journal.locked(event.ticket_id)
    for rule in rules:
        # Anew for each rule: an earlier one may have changed what the conditions look at.
        occasion = Occasion(ticket, event, at=event.at)
        if not is_time_for(rule, event.at) or not holds(rule.conditions, occasion):
            continue
        run = run_rule(rule, occasion, trace)
        ticket.refresh_from_db()
        if rule.stops and (run is None or run.outcome != Outcome.HELD):
            return


def _postpone(event_id: int) -> None:
    """The last time, managers are told: a rule or the desk itself is broken."""
    with unit_of_work():
        pending = PendingEvent.objects.filter(pk=event_id)
        pending.update(attempts=F("attempts") + 1, due_at=now() + timedelta(seconds=RETRY_SECONDS))
        ticket_id = pending.filter(attempts=MAX_ATTEMPTS).values_list("ticket_id", flat=True).first()
        if ticket_id is not None:
            publish(RulesGaveUp(ticket_id=ticket_id, event_id=event_id))
