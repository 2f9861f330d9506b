"""What hangs on the wall: the desk at this moment, and today so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Min, Q

from core.clock import NEVER
from people.models import Agent
from people.selectors.agents import online_agents
from reports.base import Kind
from reports.defined import Defined
from reports.fact_filters import FactFilters
from reports.fact_table import cases_of
from reports.measuring import Wanted, measure
from reports.metrics import METRICS, REGISTRY
from reports.period import last_days
from reports.runner import zone_of
from tickets.models import OPEN_STATUSES
from tickets.selectors.access import tickets_visible_to

SOON = timedelta(hours=1)
TODAY = ("opened", "solved", "answers", "achieved", "breached", "first_p50")
Mood = Literal["", "ok", "bad"]


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: float | None
    kind: Kind = "count"
    mood: Mood = ""
    link: str = ""
    hint: str = ""


def at_this_moment(viewer: Agent, *, now: datetime) -> list[Figure]:
    """One query over the open tickets, one over the agents who are there."""
    waits = Q(waiting_since__isnull=False, snoozed_until__isnull=True)
    found = (
        tickets_visible_to(viewer)
        .filter(status__in=OPEN_STATUSES)
        .aggregate(
            waiting=Count("pk", filter=waits),
            nobodys=Count("pk", filter=waits & Q(assignee__isnull=True)),
            oldest=Min("waiting_since", filter=waits),
            soon=Count("pk", filter=Q(sla_due_at__gt=now, sla_due_at__lte=now + SOON)),
            late=Count("pk", filter=Q(sla_due_at__lte=now) & Q(sla_due_at__lt=NEVER)),
        )
    )
    longest = (now - found["oldest"]).total_seconds() if found["oldest"] else None
    figures: dict[str, tuple[float | None, Mood]] = {
        "waiting_now": (found["waiting"], ""),
        "nobodys_now": (found["nobodys"], "bad" if found["nobodys"] else "ok"),
        "longest_wait_now": (longest, ""),
        "due_soon_now": (found["soon"], ""),
        "overdue_now": (found["late"], "bad" if found["late"] else "ok"),
        "agents_now": (online_agents().count(), ""),
    }
    return [_figure(REGISTRY[key], value, mood=mood) for key, (value, mood) in figures.items()]


def today_so_far(viewer: Agent, *, now: datetime) -> list[Figure]:
    """The same metrics as in the reports, over today in the viewer's zone."""
    filters = FactFilters(period=last_days(1, now=now, zone=zone_of(viewer)))
    found = measure(viewer, filters, Wanted(TODAY)).groups.get(("all", ""), {})
    # A morning without a ticket has counts, but no shares and medians.
    nothing = {key: None if cases_of(key) else 0 for key in TODAY}
    return [
        _figure(METRICS[key], found.get(key, nothing[key]), link=filters.link(METRICS[key].counted)) for key in TODAY
    ]


def _figure(defined: Defined, value: float | None, *, mood: Mood = "", link: str = "") -> Figure:
    return Figure(defined.name, value, defined.kind, mood, link, defined.column.hint)
