"""Time rules act when a wait has lasted long enough: looked at again under the ticket's lock, once per wait."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import F

from core.batches import stop_if_out_of_time
from core.clock import now
from core.events.bus import unit_of_work
from routing.loops import Trace
from routing.models import Rule, RuleTimer
from routing.selectors.schedules import is_time_for
from routing.services.arming import wait_of
from routing.services.running import is_over_hour, run_rule
from tickets.conditions import Occasion, holds
from tickets.services import journal

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
MAX_ATTEMPTS = 5
LATER = timedelta(minutes=1)


def fire_due() -> int:
    """Look at everything that is due; returns how much that was."""
    due = RuleTimer.objects.filter(settled_at__isnull=True, due_at__lte=now(), attempts__lt=MAX_ATTEMPTS)
    found = list(due.order_by("due_at", "id").values_list("pk", "ticket_id")[:MOST_AT_ONCE])
    for timer_id, ticket_id in found:
        try:
            _look(timer_id, ticket_id)
        except Exception as error:
            logger.exception("A time rule failed; it will be tried again", extra={"timer_id": timer_id})
            RuleTimer.objects.filter(pk=timer_id).update(attempts=F("attempts") + 1, due_at=now() + LATER)
            stop_if_out_of_time(error)
    return len(found)


def _look(timer_id: int, ticket_id: int) -> None:
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        timer = RuleTimer.objects.select_for_update(skip_locked=True).filter(pk=timer_id, settled_at=None).first()
        if timer is None:
            return
        rule = Rule.objects.filter(pk=timer.rule_id, is_active=True, archived_at=None).select_related("hours").first()
        wait = wait_of(timer.rule_id, ticket_id) if rule else None
        if rule is None or wait is None or wait[0] != timer.episode:
            timer.delete()
            return
        at = now()
        if wait[1] > at:
            _postpone(timer, until=wait[1])
        elif not is_time_for(rule, at) or is_over_hour(rule):
            _postpone(timer, until=at + LATER)
        else:
            _decide(timer, rule, Occasion(ticket, at=at))


def _decide(timer: RuleTimer, rule: Rule, occasion: Occasion) -> None:
    timer.was_missed = not holds(rule.conditions, occasion)
    timer.settled_at = occasion.at
    if not timer.was_missed:
        run_rule(rule, occasion, Trace(), waiting_since=timer.episode)
    timer.save(update_fields=["was_missed", "settled_at"])


def _postpone(timer: RuleTimer, *, until: object) -> None:
    RuleTimer.objects.filter(pk=timer.pk).update(due_at=until)
