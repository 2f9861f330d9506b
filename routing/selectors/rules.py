"""The rules and macros of the desk, for those who manage them, and the rules that an event wakes."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Max, Q, QuerySet

from core.clock import now
from people.models import Agent
from routing.models import Macro, Outcome, Rule, RuleRun, RuleVersion
from routing.triggers import TRIGGERS
from routing.waits import WAITS, duration_in_words
from tickets.models import Ticket

RECENT = timedelta(days=30)


def rules_for_event(kind: str) -> QuerySet[Rule]:
    """The active ones, in the order in which they run."""
    active = Rule.objects.filter(event=kind, is_active=True, archived_at=None)
    return active.select_related("hours").order_by("position", "id")


def rules(*, archived: bool = False) -> QuerySet[Rule]:
    """In the order in which they run, with how often they ran in the last 30 days, and when last."""
    recent = Q(runs__at__gt=now() - RECENT)
    return (
        Rule.objects.filter(archived_at__isnull=not archived)
        .select_related("hours")
        .annotate(
            run_count=Count("runs", filter=recent & Q(runs__outcome=Outcome.DONE)),
            trouble_count=Count("runs", filter=recent & ~Q(runs__outcome=Outcome.DONE)),
            ran_at=Max("runs__at", filter=Q(runs__outcome=Outcome.DONE)),
        )
        .order_by("position", "id")
    )


def runs_of_rule(rule: Rule, *, size: int = 50) -> list[RuleRun]:
    return list(rule.runs.select_related("ticket").order_by("-at", "-id")[:size])


def runs_on_ticket(ticket: Ticket, *, size: int = 100) -> list[RuleRun]:
    return list(RuleRun.objects.filter(ticket=ticket).select_related("rule").order_by("-at", "-id")[:size])


def versions_of(rule: Rule) -> list[RuleVersion]:
    return list(rule.versions.select_related("saved_by").order_by("-version")[:100])


def occasion_in_words(rule: Rule) -> str:
    """A customer writes; a ticket has been pending for 3 days."""
    if rule.wait:
        wait = WAITS.get(rule.wait)
        label = wait.label if wait else rule.wait
        return f"{label[:1].upper()}{label[1:]} for {duration_in_words(rule.wait_seconds)}"
    return TRIGGERS.get(rule.event, rule.event)


def shared_macros(*, archived: bool = False) -> QuerySet[Macro]:
    """Those that belong to nobody in particular."""
    kept = Macro.objects.filter(owner=None, archived_at__isnull=not archived)
    return kept.select_related("team", "changed_by").order_by("position", "name", "id")


def own_macros(agent: Agent) -> QuerySet[Macro]:
    return (
        Macro.objects.filter(owner=agent, archived_at=None)
        .select_related("changed_by")
        .order_by("position", "name", "id")
    )
