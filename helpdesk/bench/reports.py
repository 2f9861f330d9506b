"""Every report over a week, a month, a quarter and a year, with every single filter, and a list behind a figure.

The short run leaves out a week, a quarter, and the filters of all reports but the first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from core.clock import now
from helpdesk.bench.contract import Figures, Options, sampled, spread
from helpdesk.bench.pages import signed_in
from people.models import Agent, Role, Team
from reports.definitions import REPORTS
from reports.services.closing import close_days
from tickets.models import CustomField, FieldKind, Inbox, Tag

AREAS = ("billing", "delivery", "returns")
TICKETS = 1_000_000
PERIODS = (7, 30, 90, 365)
SHORT_PERIODS = (30, 365)
FILTERED = (30, 365)
OTHER_DOORS = (
    "/reports/sla/?days=365&by=tier", "/reports/sla/?days=365&by=field%3Aarea", "/reports/backlog/?days=365&tier=gold",
    "/reports/sla/export.csv?days=365", "/reports/sla/export.xlsx?days=90", "/reports/counted/?set=missed&days=30",
    "/reports/counted/?set=opened&days=365&tier=gold", "/reports/wallboard/",
)  # fmt: skip


def run(options: Options) -> Iterator[Figures]:
    """A first line tells how long it took to store the days; the last one the slowest page."""
    _tell_customers_apart()
    stored = sampled(lambda: close_days(now=now()), times=1, warm_up=0)
    yield {"case": "days stored", "seconds": round(stored.wall[0] / 1000, 1)}
    client = signed_in(Role.MANAGER)
    slowest: list[tuple[float, str]] = []
    for path in _paths(options):
        figures = _page(client, path, times=3 if options.is_short else 12)
        slowest.append((figures["p95_ms"], path))
        yield {"case": path, **figures}
    milliseconds, path = max(slowest)
    yield {"case": "slowest page", "path": path, "p95_ms": milliseconds, "pages": len(slowest)}


def _tell_customers_apart() -> None:
    """Every other ticket says what it is about, and a quarter of the customers is of a tier; done once per desk."""
    _, is_new = CustomField.objects.get_or_create(
        key="area", defaults={"label": "Area", "kind": FieldKind.CHOICE, "choices": list(AREAS)}
    )
    if not is_new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_ticket SET fields = jsonb_build_object('area', (%s::text[])[1 + id %% 3])"
            " WHERE id %% 2 = 0",
            [list(AREAS)],
        )
        cursor.execute("UPDATE people_contact SET tier = 'gold' WHERE id % 4 = 0")
        cursor.execute("VACUUM ANALYZE tickets_ticket, tickets_ticketchoice, people_contact")


def _paths(options: Options) -> Iterator[str]:
    for slug in REPORTS:
        for days in SHORT_PERIODS if options.is_short else PERIODS:
            yield f"/reports/{slug}/?days={days}"
    filters = _filters()
    for slug in ("sla",) if options.is_short else REPORTS:
        for days in FILTERED:
            for name, value in filters.items():
                yield f"/reports/{slug}/?{urlencode({'days': days, name: value})}"
    yield from OTHER_DOORS


def _filters() -> dict[str, str]:
    """One value for each filter: the one that somebody would choose first."""
    agent = Agent.objects.filter(role=Role.AGENT).order_by("pk").first()
    found = {"team": Team.objects.order_by("pk").first(), "inbox": Inbox.objects.order_by("pk").first(), "agent": agent}
    tag = Tag.objects.order_by("name").first()
    chosen = {name: str(row.pk) for name, row in found.items() if row}
    fixed = {"channel": "email", "priority": "high", "metric": "first_response", "hours": "calendar",
             "zone": "America/St_Johns", "compare": "year", "tier": "gold",
             "where": json.dumps({"fact": "field:area", "op": "is", "value": AREAS[0]})}  # fmt: skip
    return {**chosen, **fixed, **({"tag": tag.name} if tag else {})}


def _page(client: Client, path: str, *, times: int) -> dict[str, float]:
    """The first look is told apart: then the process remembers nothing yet of these days."""

    def look() -> int:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")
        return len(response.getvalue())

    first = sampled(look, times=1, warm_up=0)
    return {**spread(sampled(look, times=times, warm_up=0)), "first_ms": round(first.wall[0], 1)}
