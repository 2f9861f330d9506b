"""Rules react to what happened: each event once, in the order of the rules, whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from core.clock import now
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import RuleRan
from routing.conditions import facts_of
from routing.conditions.base import Occasion
from routing.evaluator import RuleCase, Trace, facts_used, reacting_rules
from routing.loops import actor_of, trace_of
from routing.models import PendingEvent, Rule, RuleRun
from routing.services import action_lists
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
        except Exception:
            logger.exception("Rules failed on an event; it will be tried again", extra={"event_id": event_id})
            _postpone(event_id)


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
    rules = list(Rule.objects.filter(event=event.kind, is_active=True).order_by("position", "id"))
    if not rules:
        return
    trace = trace_of(event.cause, event.depth)
    occasion = Occasion(journal.locked(event.ticket_id), event)
    for rule in rules:
        # Facts are read anew for each rule: an earlier rule may have changed them.
        facts = facts_of(occasion, facts_used(rule.conditions))
        case = RuleCase(rule.pk, rule.event, rule.conditions)
        if not reacting_rules([case], event.kind, facts, trace):
            continue
        _run(rule, occasion, trace)
        if rule.stops:
            return


def _run(rule: Rule, occasion: Occasion, trace: Trace) -> None:
    ticket, event = occasion.ticket, occasion.event
    run, is_first = RuleRun.objects.get_or_create(
        rule=rule, event_id=event.pk, defaults={"rule_version": rule.version, "ticket": ticket}
    )
    if not is_first:
        return
    actor = actor_of(rule.pk, rule.name, trace)
    try:
        with transaction.atomic(), unit_of_work():
            done = action_lists.run(rule.actions, ticket, actor=actor)
            ran = RuleRan(rule_id=rule.pk, rule=rule.name, actions=tuple(done))
            journal.record(journal.locked(ticket), ran, actor=actor)
    except HelpdeskError as refusal:
        run.problem = refusal.message[:300]
        run.save(update_fields=["problem"])
    ticket.refresh_from_db()


def _postpone(event_id: int) -> None:
    PendingEvent.objects.filter(pk=event_id).update(
        attempts=F("attempts") + 1, due_at=now() + timedelta(seconds=RETRY_SECONDS)
    )
