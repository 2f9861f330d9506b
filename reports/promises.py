"""The decided promises (SLA clocks) of a report: one set of filters for figures and for the lists behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.urls import reverse

from core.errors import Invalid
from people.models import Agent, Team
from reports.base import Filters
from reports.period import Period, period_from
from sla.models import Clock, Metric
from tickets.models import Inbox, Priority
from tickets.selectors.access import scopes_of, tickets_visible_to

OUTCOMES = {
    "decided": "Promises decided",
    "achieved": "Promises kept",
    "breached": "Promises missed",
    "met": "Promises fulfilled, in time or late",
}
_IDS = ("team", "agent", "inbox")


@dataclass(frozen=True, slots=True)
class PromiseFilters(Filters):
    """ "" means any, "none" means none. `weekday` (Monday is 1) and `hour` are of the viewer's clock."""

    team: str = ""
    agent: str = ""
    inbox: str = ""
    channel: str = ""
    priority: str = ""
    metric: str = ""
    weekday: str = ""
    hour: str = ""

    @classmethod
    def from_query(cls, values: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Self:
        given = {name: str(values.get(name, "")) for name in _NAMES}
        _check(given)
        return cls(period=period_from(values, now=now, zone=zone), **given)

    def query(self) -> dict[str, str]:
        chosen = {name: getattr(self, name) for name in _NAMES if getattr(self, name)}
        return {**self.period.query(), **chosen}

    def narrowed(self, **changes: str) -> PromiseFilters:
        values: dict[str, Any] = changes
        return replace(self, **values)

    def on_days(self, first: date, last: date) -> PromiseFilters:
        return replace(self, period=Period(first, last, self.period.zone))

    def link(self, outcome: str) -> str:
        """The address of the list that holds exactly the promises counted."""
        return f"{reverse('reports:promises')}?{urlencode({'outcome': outcome, **self.query()})}"


_NAMES = ("team", "agent", "inbox", "channel", "priority", "metric", "weekday", "hour")


def promises_seen_by(viewer: Agent) -> QuerySet[Clock]:
    """The clocks of the tickets that the viewer may see."""
    if scopes_of(viewer).everything:
        return Clock.objects.all()
    return Clock.objects.filter(ticket__in=tickets_visible_to(viewer))


def decided(viewer: Agent, filters: PromiseFilters) -> QuerySet[Clock]:
    """The promises whose outcome became a fact in the period; facts never change afterwards."""
    period = filters.period
    where = Q(decided_at__gte=period.starts_at, decided_at__lt=period.ends_at)
    where &= Q(metric=filters.metric) if filters.metric else Q(metric__in=Metric.values)
    for name in _IDS:
        value = getattr(filters, name)
        if value == "none":
            where &= Q(**{f"{name}__isnull": True})
        elif value:
            where &= Q(**{f"{name}_id": int(value)})
    for name in ("channel", "priority"):
        if value := getattr(filters, name):
            where &= Q(**{name: value})
    rows = promises_seen_by(viewer).filter(where)
    if filters.weekday:
        rows = rows.annotate(day_of=ExtractIsoWeekDay("decided_at", tzinfo=period.zone))
        rows = rows.filter(day_of=int(filters.weekday))
    if filters.hour:
        rows = rows.annotate(hour_of=ExtractHour("decided_at", tzinfo=period.zone))
        rows = rows.filter(hour_of=int(filters.hour))
    return rows


def with_outcome(rows: QuerySet[Clock], outcome: str) -> QuerySet[Clock]:
    """Narrow decided promises to those kept, missed, or fulfilled at all."""
    wheres: dict[str, Q] = {
        "decided": Q(),
        "achieved": Q(breached_at__isnull=True),
        "breached": Q(breached_at__isnull=False),
        "met": Q(met_at__isnull=False),
    }
    if outcome not in wheres:
        raise Invalid("Unknown outcome.", fields={"outcome": f"Choose one of: {', '.join(wheres)}."})
    return rows.filter(wheres[outcome])


def name_of(kind: str, value: str) -> str:
    """What to call the team, agent or inbox of a filter."""
    if value == "none":
        return f"No {kind}"
    rows: dict[str, QuerySet[Any]] = {
        "team": Team.objects.all(),
        "agent": Agent.objects.all(),
        "inbox": Inbox.objects.all(),
    }
    found = rows[kind].filter(pk=int(value)).first()
    return str(found) if found else f"Unknown {kind}"


def _check(given: dict[str, str]) -> None:
    allowed: dict[str, Any] = {
        "priority": Priority.values,
        "metric": Metric.values,
        "weekday": [str(number) for number in range(1, 8)],
        "hour": [str(number) for number in range(24)],
    }
    wrong = {
        name: f"Choose one of: {', '.join(values)}."
        for name, values in allowed.items()
        if given[name] and given[name] not in values
    }
    for name in _IDS:
        value = given[name]
        if value and value != "none" and not (value.isascii() and value.isdecimal() and len(value) <= 18):
            wrong[name] = "Give an id, or none."
    if "\x00" in given["channel"] or len(given["channel"]) > 24:
        wrong["channel"] = "There is no such channel."
    if wrong:
        raise Invalid("This filter cannot be used.", fields=wrong)
