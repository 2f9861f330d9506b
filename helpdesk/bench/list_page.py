"""The list of tickets: page one of each view, a deep page, and the rows alone."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.pages import everyone, page
from people.models import Agent, Role
from tickets.selectors.filters import Filters
from tickets.selectors.lists import ticket_page
from tickets.services.counting import squash_counts

TICKETS = 100_000
VIEWS = ("mine", "unassigned", "all", "due", "done")


def run(options: Options) -> Iterator[Figures]:
    squash_counts()
    for role, client in everyone().items():
        for view in VIEWS:
            yield {"case": f"{view}, whole page", "role": role, **page(client, f"/tickets/?view={view}", options)}
        yield {"case": "all, rows only", "role": role, **page(client, "/tickets/rows/?view=all", options)}
        deep = f"/tickets/rows/?view=all&cursor={_deep_cursor()}"
        yield {"case": "all, rows only, deep", "role": role, **page(client, deep, options)}


def _deep_cursor() -> str:
    """The cursor after a few thousand rows, as somebody who scrolls and scrolls would have it."""
    manager = Agent.objects.filter(role=Role.MANAGER).first()
    assert manager is not None
    cursor = ""
    for _ in range(25):
        cursor = ticket_page(manager, filters=Filters(), cursor=cursor, size=200).next_cursor or cursor
    return cursor
