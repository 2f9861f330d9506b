"""The promises on one ticket, the newest of each metric, and when they stood still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sla.models import Clock, Fact, FactKind
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Pause:
    """`until` is empty while it lasts; `why` is the status that it was for, or "snoozed"."""

    since: datetime
    until: datetime | None
    why: str


def clocks_of(ticket: Ticket) -> list[Clock]:
    """In the order in which they fall due on a fresh ticket."""
    order = {"first_response": 0, "next_response": 1, "update": 2, "resolution": 3}
    newest: dict[str, Clock] = {}
    found = Clock.objects.filter(ticket=ticket).select_related("policy", "hours").order_by("-started_at", "-id")
    for clock in found[:40]:
        newest.setdefault(clock.metric, clock)
    return sorted(newest.values(), key=lambda clock: order.get(clock.metric, 9))


def pauses_of(ticket: Ticket) -> dict[str, list[Pause]]:
    """By metric, oldest first; of a ticket with very many, the newest."""
    kinds = [FactKind.PAUSED, FactKind.RESUMED]
    rows = list(Fact.objects.filter(ticket=ticket, kind__in=kinds).order_by("-at", "-id")[:60])
    pauses: dict[str, list[Pause]] = {}
    for row in reversed(rows):
        known = pauses.setdefault(row.metric, [])
        if row.kind == FactKind.PAUSED:
            why = str(row.data.get("status", "")).replace("_", " ")
            known.append(Pause(row.at, None, "snoozed" if why == "open" else why))
        elif known:
            known[-1] = Pause(known[-1].since, row.at, known[-1].why)
    return pauses
