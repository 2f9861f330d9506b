"""What hangs on the wall: the desk at this moment, and today so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from core.clock import NEVER
from people.models import Agent
from people.selectors.agents import online_agents
from reports.base import Kind
from reports.defined import Defined
from reports.fact_filters import FactFilters
from reports.fact_table import cases_of, with_cases
from reports.measuring import Wanted, measure
from reports.metrics import METRICS, PROMISE_CLOCK, REGISTRY, Metric
from reports.period import last_days
from reports.runner import zone_of
from tickets.models import OPEN_STATUSES, Ticket
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
    # On how many cases it stands.
    note: str = ""


@dataclass(frozen=True, slots=True)
class NowList:
    """The tickets that a figure of this moment counts, sorted by `order`; `title` follows their number."""

    title: str
    where: Q
    order: Literal["waiting_since", "sla_due_at"]


def at_this_moment(viewer: Agent, *, now: datetime) -> list[Figure]:
    """One query over the open tickets, one over the agents who are there."""
    lists = now_lists(now)
    counts = {key: Count("pk", filter=found.where) for key, found in lists.items()}
    oldest = Min("waiting_since", filter=lists["waiting_now"].where)
    found = _open_tickets(viewer).aggregate(**counts, oldest=oldest)
    longest = (now - found["oldest"]).total_seconds() if found["oldest"] else None
    figures: dict[str, tuple[float | None, Mood]] = {
        "waiting_now": (found["waiting_now"], ""),
        "nobodys_now": (found["nobodys_now"], "bad" if found["nobodys_now"] else "ok"),
        "longest_wait_now": (longest, ""),
        "due_soon_now": (found["due_soon_now"], ""),
        "overdue_now": (found["overdue_now"], "bad" if found["overdue_now"] else "ok"),
        "agents_now": (online_agents().count(), ""),
    }
    return [_figure(REGISTRY[key], value, mood=mood, link=_link_now(key)) for key, (value, mood) in figures.items()]


def now_lists(now: datetime) -> dict[str, NowList]:
    """The figures that count tickets, each with those that it counts: the figure and the list never differ."""
    waits = Q(waiting_since__isnull=False, snoozed_until__isnull=True)
    return {
        "waiting_now": NowList("waiting for an answer", waits, "waiting_since"),
        "nobodys_now": NowList("waiting for an answer, nobody's", waits & Q(assignee__isnull=True), "waiting_since"),
        "due_soon_now": NowList("due within an hour", Q(sla_due_at__gt=now, sla_due_at__lte=now + SOON), "sla_due_at"),
        "overdue_now": NowList("overdue", Q(sla_due_at__lte=now) & Q(sla_due_at__lt=NEVER), "sla_due_at"),
    }


def tickets_now(viewer: Agent, chosen: NowList) -> QuerySet[Ticket]:
    return _open_tickets(viewer).filter(chosen.where)


def _open_tickets(viewer: Agent) -> QuerySet[Ticket]:
    return tickets_visible_to(viewer).filter(status__in=OPEN_STATUSES)


def _link_now(key: str) -> str:
    """Who has waited longest stands first among those who wait."""
    key = {"longest_wait_now": "waiting_now"}.get(key, key)
    return "" if key == "agents_now" else reverse("reports:now", args=[key])


def today_so_far(viewer: Agent, *, now: datetime) -> list[Figure]:
    """The same metrics as in the reports, over today in the viewer's zone."""
    filters = FactFilters(period=last_days(1, now=now, zone=zone_of(viewer)))
    found = measure(viewer, filters, Wanted(with_cases(TODAY))).groups.get(("all", ""), {})
    return [_today(METRICS[key], found, filters.link(METRICS[key].counted)) for key in TODAY]


def _today(metric: Metric, found: Mapping[str, float | None], link: str) -> Figure:
    """A morning without a ticket has counts, but no shares and medians; nor has a day on which no clock runs."""
    counted = cases_of(metric.key)
    if not counted:
        return _figure(metric, found.get(metric.key, 0), link=link)
    value, cases = found.get(metric.key), found.get(counted) or 0
    if not cases:
        return _figure(metric, None, note="nothing to count yet")
    if metric.clock == PROMISE_CLOCK and not round(value or 0):
        return _figure(metric, None, note=f"n = {cases:,.0f}, answered outside business hours")
    said = f"of {cases:,.0f} {METRICS[counted].name.lower()}" if metric.of else f"n = {cases:,.0f}"
    return _figure(metric, value, link=link, note=said)


def _figure(defined: Defined, value: float | None, *, mood: Mood = "", link: str = "", note: str = "") -> Figure:
    return Figure(defined.name, value, defined.kind, mood, link, defined.column.hint, note)
