"""The list behind a figure of the backlog: exactly the tickets that were open then, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from core.errors import Invalid
from core.paging import keyset_page
from people.models import Agent
from reports.backlog import WAITS_ON_US, open_tickets
from reports.counted import list_of, words_of
from reports.definitions.backlog import OLD_BANDS, moment_of
from reports.fact_filters import FactFilters
from reports.moments import BAND_LABELS
from reports.wallboard import NowList, tickets_now
from tickets.models import OPEN_STATUSES, Status, Ticket

PAGE_SIZE = 100
AGES = {"old": "Over 7 days", **{str(number): label for number, label in enumerate(BAND_LABELS)}}
_NAMES = ("age", "status", "waits")


def listed(viewer: Agent, filters: FactFilters, values: Mapping[str, str], *, now: datetime) -> QuerySet[Ticket]:
    age, status, waits = (values.get(name, "") for name in _NAMES)
    allowed = {"age": ("", *AGES), "status": ("", *OPEN_STATUSES), "waits": ("", WAITS_ON_US)}
    wrong = {name: "There is no such list." for name in _NAMES if values.get(name, "") not in allowed[name]}
    if wrong:
        raise Invalid("This list cannot be shown.", fields=wrong)
    bands = OLD_BANDS if age == "old" else [int(age)] if age else []
    at = moment_of(filters.period, now)
    return open_tickets(viewer, filters, at, now=now, bands=bands, status=status, waits_on=waits)


def backlog_context(viewer: Agent, values: Mapping[str, str], filters: FactFilters, *, now: datetime) -> dict[str, Any]:
    rows = listed(viewer, filters, values, now=now)
    page = keyset_page(
        rows.select_related("contact", "team", "assignee"),
        order="created_at", cursor=values.get("cursor", ""), size=PAGE_SIZE,
    )  # fmt: skip
    extra = {name: values[name] for name in _NAMES if values.get(name)}
    query = {**filters.query(), **extra}
    at = moment_of(filters.period, now)
    return {
        "tickets": page.rows,
        "tickets_link": list_of(page.rows),
        "count": rows.count(),
        "title": "open now" if at >= now else f"open at the end of {date_format(filters.period.last, 'j M Y')}",
        "words": [*words_of(filters), *_words(extra)],
        "next_link": f"?{urlencode({**query, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        "back": f"{reverse('reports:report', args=['backlog'])}?{urlencode(filters.query())}",
        "back_word": "Report",
        "more_word": "Newer ones",
        "now": now,
    }


def now_context(viewer: Agent, chosen: NowList, *, cursor: str, now: datetime) -> dict[str, Any]:
    """The tickets behind a figure of the wallboard: first who has waited longest, or is due first."""
    rows = tickets_now(viewer, chosen)
    page = keyset_page(
        rows.select_related("contact", "team", "assignee"), order=chosen.order, cursor=cursor, size=PAGE_SIZE
    )
    return {
        "tickets": page.rows,
        "tickets_link": list_of(page.rows),
        "count": rows.count(),
        "title": f"{chosen.title} now",
        "shows_due": chosen.order == "sla_due_at",
        "next_link": f"?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "back": reverse("reports:wallboard"),
        "back_word": "Wallboard",
        "more_word": "More",
        "now": now,
    }


def _words(extra: Mapping[str, str]) -> list[str]:
    words = [AGES[extra["age"]]] if "age" in extra else []
    words += [str(Status(extra["status"]).label)] if "status" in extra else []
    return words + (["Waiting on us"] if "waits" in extra else [])
