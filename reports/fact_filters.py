"""The filters of reports that stand on facts: one reading of the URL for figures and for the lists behind them."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Self
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo, available_timezones

from django.urls import get_script_prefix, reverse

from core.errors import Invalid
from people.models import Agent
from reports.base import Filters
from reports.brands import of_brand
from reports.engine.chosen import Chosen, chosen_of, condition_on
from reports.fact_sets import ITEMS, PROMISES, by_kind
from reports.period import Period, period_from
from tickets.conditions import Pick, checked, for_viewer, picks_of
from tickets.models import Priority
from tickets.selectors.access import scopes_of, tickets_visible_to

COMPARED = {"": "Previous period", "year": "Same days a year before"}
HOURS = {"": "Business hours", "calendar": "Calendar hours"}
_COLUMNS = {"team": "team_id", "agent": "agent_id", "inbox": "inbox_id", "organization": "organization_id"}
_WORDS = ("channel", "priority", "metric")
TIER_FACTS = ("contact_tier", "organization_tier")
# What conditions on these two say, in two halves that indexes know.
_OF_TIER = """
    SELECT t.id FROM tickets_ticket t WHERE t.contact_id IN (SELECT id FROM people_contact WHERE tier = %s)
    UNION ALL
    SELECT t.id FROM tickets_ticket t WHERE t.organization_id IN (SELECT id FROM people_organization WHERE tier = %s)"""
_ONLY_BUSINESS = "coalesce(f.counted_seconds, f.business_seconds)"


@dataclass(frozen=True, slots=True)
class FactFilters(Filters):
    """ "" means any, "none" means none. `weekday` (Monday is 1) and `hour` are of the clock of the report's zone.
    `brand` is that of the inbox, as inboxes are now; `item` is what a fact is about, such as "rule:7"; `by` one more
    breakdown: "organization", "tier", "field:KEY", or of the backlog "tag", which the other reports have anyway. `took`
    is a range of seconds such as "300-900", from the first to just below the second; `goal` the percentage that the
    report should reach instead of its usual target. `where` holds conditions as JSON: they are asked of the ticket as
    it is now, and so is `tier`; all else of the fact as it was."""

    compare: str = ""
    hours: str = ""
    zone: str = ""
    team: str = ""
    agent: str = ""
    inbox: str = ""
    brand: str = ""
    channel: str = ""
    priority: str = ""
    tag: str = ""
    organization: str = ""
    tier: str = ""
    metric: str = ""
    item: str = ""
    by: str = ""
    weekday: str = ""
    hour: str = ""
    took: str = ""
    goal: str = ""
    where: str = ""

    @classmethod
    def from_query(cls, values: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Self:
        given = {name: str(values.get(name, "")).strip() for name in NAMES}
        _check(given)
        own_zone = _zone(given["zone"]) if given["zone"] else zone
        return cls(period=period_from(values, now=now, zone=own_zone), **given)

    def query(self) -> dict[str, str]:
        given = zip(NAMES, _values_of(self), strict=True)
        return {**self.period.query(), **{name: value for name, value in given if value}}

    def narrowed(self, **changes: str) -> FactFilters:
        values: dict[str, Any] = changes
        return replace(self, **values)

    def where_also(self, test: Mapping[str, Any]) -> FactFilters:
        """One more condition of the ticket as it is now."""
        parts = [json.loads(self.where)] if self.where else []
        return replace(self, where=json.dumps({"all": [*parts, test]}))

    def on_days(self, first: date, last: date) -> FactFilters:
        return replace(self, period=Period(first, last, self.period.zone))

    def compared(self) -> FactFilters:
        """The same filters over the days that they are compared with."""
        period = self.period
        return self.on_days(period.first - self._compared_by, period.last - self._compared_by)

    def compared_step(self, first: date, last: date) -> FactFilters:
        """Of some days of the period, those that they are compared with."""
        return self.on_days(first - self._compared_by, last - self._compared_by)

    @property
    def _compared_by(self) -> timedelta:
        # 52 weeks, so that weekdays meet weekdays.
        return timedelta(weeks=52) if self.compare == "year" else timedelta(days=self.period.length)

    def link(self, set_key: str) -> str:
        """The address of the list that holds exactly the facts counted."""
        return link_to(set_key, self.query())

    def links(self, set_keys: Iterable[str]) -> list[str]:
        """The same for several sets."""
        query = self.query()
        return [link_to(set_key, query) for set_key in set_keys]

    @property
    def conditions(self) -> dict[str, Any]:
        """What is asked of the ticket as it is now, beside the tier; empty for nothing."""
        return {"all": [json.loads(self.where)]} if self.where else {}

    @property
    def took_column(self) -> str:
        """The column of stored days that holds the same."""
        return "wall" if self.hours == "calendar" else "business"

    @property
    def took_sql(self) -> str:
        return "f.wall_seconds" if self.hours == "calendar" else _ONLY_BUSINESS


NAMES = tuple(name for name in FactFilters.__dataclass_fields__ if name != "period")
_values_of = attrgetter(*NAMES)
# A page has a thousand links made of the same few words.
_quoted = lru_cache(maxsize=4096)(quote_plus)


@cache
def _counted_path(_prefix: str) -> str:
    """The path of lists, which is the same as long as the desk stands under the same prefix."""
    return reverse("reports:counted")


def link_to(set_key: str, query: Mapping[str, str]) -> str:
    words = [f"{name}={_quoted(value)}" for name, value in query.items()]
    return f"{_counted_path(get_script_prefix())}?{'&'.join((f'set={_quoted(set_key)}', *words))}"


def rows_where(viewer: Agent, filters: FactFilters) -> tuple[str, list[Any]]:
    """The facts (f) of the period that the viewer may see, as a condition; what was taken back is no fact."""
    period = filters.period
    parts = ["f.at >= %s", "f.at < %s", "NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)"]
    params: list[Any] = [period.starts_at, period.ends_at]
    for name, column in _COLUMNS.items():
        value = getattr(filters, name)
        if value:
            parts.append(f"f.{column} IS NULL" if value == "none" else f"f.{column} = %s")
            params += [] if value == "none" else [int(value)]
    for name in _WORDS:
        if value := getattr(filters, name):
            parts.append(f"f.{name} = %s")
            params.append(value)
    for sql, values in _of_facts(filters):
        parts.append(sql)
        params += values
    sql, more = condition_on("f.ticket_id", tickets_for(viewer, filters))
    parts.append(sql)
    params += more
    return " AND ".join(parts), params


def _of_facts(filters: FactFilters) -> Iterator[tuple[str, list[Any]]]:
    """What is asked of the fact beyond its columns."""
    if filters.brand:
        yield of_brand(filters.brand)
    if filters.tag:
        yield ("f.tags = '{}'", []) if filters.tag == "none" else ("%s = ANY(f.tags)", [filters.tag])
    for name, field in (("weekday", "isodow"), ("hour", "hour")):
        if value := getattr(filters, name):
            yield f"extract({field} FROM f.at AT TIME ZONE %s) = %s", [filters.period.zone.key, int(value)]
    if filters.item:
        yield f"{by_kind(ITEMS, ITEMS, 'NULL')} = %s", [filters.item]
    if filters.took:
        yield f"{filters.took_sql} >= %s AND {filters.took_sql} < %s", list(range_of(filters.took))


def asks_of_tickets(viewer: Agent, filters: FactFilters) -> bool:
    """Whether not every ticket will do."""
    return bool(filters.tier or filters.where) or not scopes_of(viewer).everything


def tickets_for(viewer: Agent, filters: FactFilters) -> list[Chosen]:
    """The tickets that the viewer may see and that fit the conditions are in all of these; none where all do."""
    key = (viewer.pk, filters.tier, filters.where)
    return chosen_of(key, lambda: list(_picks(viewer, filters)))


def _picks(viewer: Agent, filters: FactFilters) -> Iterator[Pick]:
    if not scopes_of(viewer).everything:
        yield Pick(*tickets_visible_to(viewer).order_by().values("pk").query.sql_with_params())
    if filters.tier:
        yield Pick(_OF_TIER, [filters.tier, filters.tier])
    if conditions := filters.conditions:
        yield from picks_of(for_viewer(conditions, viewer))


def range_of(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    return float(low), float(high) if high else math.inf


def _zone(name: str) -> ZoneInfo:
    """Only zones that the database knows by the same name: ZoneInfo opens more files than these."""
    if name not in _zone_names():
        raise Invalid("There is no such time zone.", fields={"zone": "Give a zone like Europe/Berlin."})
    return ZoneInfo(name)


@functools.cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime"})


def _check(given: dict[str, str]) -> None:
    allowed: dict[str, Any] = {
        "compare": COMPARED,
        "hours": HOURS,
        "priority": Priority.values,
        "metric": PROMISES,
        "weekday": [str(number) for number in range(1, 8)],
        "hour": [str(number) for number in range(24)],
    }
    wrong = {
        name: f"Choose one of: {', '.join(filter(None, values))}."
        for name, values in allowed.items()
        if given[name] and given[name] not in values
    }
    wrong |= _wrong_shapes(given)
    if wrong:
        raise Invalid("This filter cannot be used.", fields=wrong)
    if given["where"]:
        _check_conditions(given["where"])


def _wrong_shapes(given: dict[str, str]) -> dict[str, str]:
    wrong = {}
    for name in (*_COLUMNS, "brand"):
        value = given[name]
        if value and value != "none" and not (value.isascii() and value.isdecimal() and len(value) <= 18):
            wrong[name] = "Give an id, or none."
    for name, most in (("channel", 24), ("tag", 40), ("tier", 24), ("item", 60)):
        if "\x00" in given[name] or len(given[name]) > most:
            wrong[name] = f"There is no such {name}."
    if given["by"] and not re.fullmatch(r"organization|tier|tag|field:[a-z0-9_-]{1,60}", given["by"]):
        wrong["by"] = "Choose organization, tier, tag, or the field of a ticket."
    if given["took"] and not re.fullmatch(r"[0-9]{1,9}-([0-9]{1,9})?", given["took"]):
        wrong["took"] = "Give seconds like 300-900."
    if given["goal"] and not (re.fullmatch(r"[0-9]{1,3}", given["goal"]) and int(given["goal"]) <= 100):
        wrong["goal"] = "Give a percentage."
    return wrong


def _check_conditions(text: str) -> None:
    try:
        conditions = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("The conditions are no JSON.", fields={"where": "Give conditions as JSON."}) from error
    checked(conditions, listing=True)
