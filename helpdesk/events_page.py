"""Writes docs/events.md from the code: every event, its fields, and who listens."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from core.events import bus, catalogue
from core.events.catalogue import Event, TicketChanged

OPENING = """# Events

What can happen in the desk. Made from `core/events/catalogue.py`, `core/events/desk.py` and the subscribers by
`manage.py write_docs`.

A listener *within* runs in the transaction of the change and may only use the database. A listener *after* runs when
the change is committed, gets the events of one unit of work as a batch, and only enqueues ids or pushes hints. Events
of a ticket also carry `ticket_id`, `seq` (gapless in the ticket), `event_id`, `at` and `actor`.

| event | means | fields | within | after |
|---|---|---|---|---|
"""


def events_page() -> str:
    return OPENING + "".join(row(kind) for kind in event_kinds())


def event_kinds() -> list[type[Event]]:
    """The events of tickets, then those of the desk, each in the order of the file."""
    found = [item for item in vars(catalogue).values() if inspect.isclass(item) and issubclass(item, Event)]
    kinds = [kind for kind in found if kind not in (Event, TicketChanged)]
    return sorted(kinds, key=lambda kind: not issubclass(kind, TicketChanged))


def row(kind: type[Event]) -> str:
    within, after = bus.subscribers().get(kind, ([], []))
    cells = [f"`{kind.__name__}`", meaning(kind), own_fields(kind), names(within), names(after)]
    return f"| {' | '.join(cells)} |\n"


def meaning(kind: type[Event]) -> str:
    """The docstring that a person wrote; dataclasses make one of their own, which says nothing."""
    text = inspect.cleandoc(kind.__doc__ or "")
    if text.startswith(f"{kind.__name__}("):
        return ""
    return " ".join(text.split()).replace("|", "\\|")


def own_fields(kind: type[Event]) -> str:
    shared = {item.name for item in fields(TicketChanged)} if issubclass(kind, TicketChanged) else set()
    return ", ".join(f"`{item.name}`" for item in fields(kind) if item.name not in shared)


def names(handlers: Iterable[Callable[..., Any]]) -> str:
    """The apps that listen; what a test has subscribed is no part of the product."""
    apps = {handler.__module__.partition(".")[0] for handler in handlers}
    return ", ".join(sorted(apps - {"tests"}))
