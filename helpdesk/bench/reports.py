"""The SLA report over a month and a quarter, and the list behind one of its figures."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.pages import page, signed_in
from people.models import Role

TICKETS = 100_000


def run(options: Options) -> Iterator[Figures]:
    client = signed_in(Role.MANAGER)
    brief = Options(is_short=True, tickets=options.tickets)
    for days in (30, 90):
        yield {"case": f"sla, {days} days", **page(client, f"/reports/sla/?days={days}", brief)}
    path = "/reports/counted/?set=missed&days=30"
    yield {"case": "promises missed in 30 days, page one", **page(client, path, brief)}
