"""The list behind a figure: exactly the facts that it counted, with their tickets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.formats import date_format

from core.errors import Invalid
from core.paging import keyset_page
from people.models import Agent
from reports.base import Report
from reports.counting import count_of
from reports.definitions import REPORTS
from reports.engine.chosen import asked_once
from reports.fact_filters import FactFilters, rows_where
from reports.fact_names import LABELS, name_of
from reports.fact_report import FactReport
from reports.fact_sets import SETS
from reports.metrics import METRICS
from reports.period import Period
from sla.models import Fact, Metric
from tickets.conditions import in_words
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to

PAGE_SIZE = 100
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def counted(viewer: Agent, filters: FactFilters, set_key: str) -> QuerySet[Fact]:
    """The facts of a set, with the same condition as the figures have."""
    chosen = SETS.get(set_key)
    if chosen is None:
        raise Invalid("There is no such list.", fields={"set": f"Choose one of: {', '.join(SETS)}."})
    where, params = rows_where(viewer, filters)
    # A condition on the rows themselves, so that the newest page of a long list is found by the index on (kind, at).
    condition = _of_the_table(f"{chosen.where} AND {where}")
    rows = Fact.objects.filter(RawSQL(condition, params, BooleanField()))  # noqa: S611 - constant text, bound values
    return rows.annotate(took=RawSQL(_of_the_table(filters.took_sql), []))  # noqa: S611 - the same


def _of_the_table(sql: str) -> str:
    """Sets and filters call a fact f; a query of Django calls it by its table."""
    return re.sub(r"\bf\.", "sla_fact.", sql)


def counted_context(
    viewer: Agent, values: Mapping[str, str], filters: FactFilters, *, came_from: str = ""
) -> dict[str, Any]:
    """`came_from` is the address of the page before, which the way back leads to if it is a report."""
    set_key = values.get("set", "decided")
    with asked_once():
        rows, count = counted(viewer, filters, set_key), count_of(viewer, filters, set_key)
    page = keyset_page(rows, order="-at", cursor=values.get("cursor", ""), size=PAGE_SIZE)
    tickets = _tickets(viewer, page.rows)
    agents, teams = (_names(name, page.rows) for name in ("agent", "team"))
    back = _way_back(values.get("back", ""), came_from) or _report_with(set_key, filters)
    query = {"set": set_key, "back": back, **filters.query()}
    return {
        "title": SETS[set_key].title,
        "lines": [
            {
                "fact": fact,
                "ticket": tickets.get(fact.ticket_id or 0),
                "what": Metric(fact.metric).label if fact.metric in Metric.values else "",
                "agent": agents.get(fact.agent_id or 0),
                "team": teams.get(fact.team_id or 0),
            }
            for fact in page.rows
        ],
        "count": count,
        "words": words_of(filters),
        "period_words": days_of(filters.period),
        "next_link": f"?{urlencode({**query, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        "back": back,
        "tickets_link": list_of(tickets.values()),
        "tickets_count": len(tickets),
    }


def list_of(tickets: Iterable[Ticket]) -> str:
    """The same tickets in the desk's own list, where they can be worked on one by one or all at once."""
    numbers = sorted({ticket.number for ticket in tickets})
    if not numbers:
        return ""
    where = json.dumps({"all": [{"fact": "number", "op": "in", "value": numbers}]})
    return f"/tickets/?{urlencode({'state': 'any', 'where': where})}"


def _way_back(given: str, came_from: str) -> str:
    """A report's address on this desk, with its filters."""
    address = urlsplit(given or came_from)
    if not re.fullmatch(r"/reports/[a-z-]{1,40}/", address.path) or address.path == reverse("reports:counted"):
        return ""
    return f"{address.path}?{address.query}"


def _report_with(set_key: str, filters: FactFilters) -> str:
    """The first report with a figure of this set, for whoever comes by a link."""
    slug = next((report.slug for report in REPORTS.values() if _has(report, set_key)), "sla")
    query = urlencode(filters.narrowed(weekday="", hour="", took="").query())
    return f"{reverse('reports:report', args=[slug])}?{query}"


def _has(report: Report, set_key: str) -> bool:
    keys = (*report.columns, *report.tiles) if isinstance(report, FactReport) else ()
    return any(METRICS[key].counted == set_key for key in keys)


def words_of(filters: FactFilters) -> list[str]:
    """The filters in words, for the head of a list or a mail."""
    words = []
    if filters.weekday:
        words.append(_WEEKDAYS[int(filters.weekday) - 1])
    if filters.hour:
        words.append(f"{int(filters.hour):02}:00 to {int(filters.hour):02}:59")
    words += [f"{LABELS[name]}: {name_of(name, getattr(filters, name))}" for name in LABELS if getattr(filters, name)]
    words += ["Calendar hours"] if filters.hours else []
    return words + ([in_words(json.loads(filters.where))] if filters.where else [])


def days_of(period: Period) -> str:
    first, last = (date_format(day, "j M Y") for day in (period.first, period.last))
    return first if first == last else f"{first} – {last}"


def _tickets(viewer: Agent, facts: list[Fact]) -> dict[int, Ticket]:
    ids = {fact.ticket_id for fact in facts} - {None}
    return tickets_visible_to(viewer).select_related("contact").in_bulk(ids)


def _names(dimension: str, facts: list[Fact]) -> dict[int, str]:
    ids = {getattr(fact, f"{dimension}_id") for fact in facts} - {None}
    return {pk: name_of(dimension, str(pk)) for pk in ids}
