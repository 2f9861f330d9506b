"""One rule acts on one occasion: whole or not at all, within its limits, and with its reasons kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from core.clock import now
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import RuleRan
from routing.loops import Trace, actor_of
from routing.models import Outcome, Rule, RuleRun
from routing.services import action_lists
from tickets.conditions import Occasion, findings
from tickets.services import journal

# A chain of rules ends by its depth (routing/loops.py). What leads out of the desk and comes back by the API or by mail
# begins a new one each time; this ends such circles.
MOST_ON_A_TICKET = 60


def run_rule(rule: Rule, occasion: Occasion, trace: Trace, *, waiting_since: datetime | None = None) -> RuleRun | None:
    """Do what the rule says; None when it has already reacted to this event."""
    event_id = occasion.event.pk if occasion.event else None
    why = {
        "rule_version": rule.version,
        "ticket": occasion.ticket,
        "waiting_since": waiting_since,
        "findings": findings(rule.conditions, occasion),
    }
    if event_id is None:
        run, is_first = RuleRun.objects.create(rule=rule, **why), True
    else:
        run, is_first = RuleRun.objects.get_or_create(rule=rule, event_id=event_id, defaults=why)
    if not is_first:
        return None
    if reason := held_back(rule, occasion.ticket.pk, but=run.pk):
        return _finish(run, Outcome.HELD, problem=reason)
    _act(rule, occasion, trace, run)
    occasion.ticket.refresh_from_db()
    return run


def held_back(rule: Rule, ticket_id: int, *, but: int = 0) -> str:
    """Why the rule's own limits forbid another run; empty when they do not."""
    done = RuleRun.objects.filter(rule=rule, outcome=Outcome.DONE).exclude(pk=but)
    if rule.most_per_ticket and done.filter(ticket_id=ticket_id).count() >= rule.most_per_ticket:
        return f"It may act on a ticket {_times(rule.most_per_ticket)} only."
    lately = done.filter(ticket_id=ticket_id, at__gt=now() - timedelta(hours=1))
    if lately.count() >= MOST_ON_A_TICKET:
        return f"It has acted on this ticket {MOST_ON_A_TICKET} times within an hour. Does another system answer it?"
    if is_over_hour(rule, but=but):
        return f"It may act {_times(rule.most_per_hour)} an hour only."
    return ""


def is_over_hour(rule: Rule, *, but: int = 0) -> bool:
    if not rule.most_per_hour:
        return False
    recent = RuleRun.objects.filter(rule=rule, outcome=Outcome.DONE, at__gt=now() - timedelta(hours=1))
    return recent.exclude(pk=but).count() >= rule.most_per_hour


def _act(rule: Rule, occasion: Occasion, trace: Trace, run: RuleRun) -> None:
    actor = actor_of(rule.pk, rule.name, trace)
    try:
        with transaction.atomic(), unit_of_work():
            done = action_lists.run(rule.actions, occasion.ticket, actor=actor)
            ran = RuleRan(rule_id=rule.pk, rule=rule.name, actions=tuple(done), version=rule.version, run_id=run.pk)
            journal.record(journal.locked(occasion.ticket), ran, actor=actor)
    except HelpdeskError as refusal:
        _finish(run, Outcome.REFUSED, problem=refusal.message)
    else:
        _finish(run, Outcome.DONE, actions=done)


def _finish(run: RuleRun, outcome: Outcome, *, problem: str = "", actions: list[str] | None = None) -> RuleRun:
    run.outcome, run.problem, run.actions = outcome, problem[:300], actions or []
    run.save(update_fields=["outcome", "problem", "actions"])
    return run


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
