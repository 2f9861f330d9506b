"""The promises on one ticket, the newest of each metric, and when they stood still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, FloatField, Func, Value

from sla.models import Clock, Fact, FactKind
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Pause:
    """`until` is empty while it lasts; `why` is the status that it was for, or "snoozed"."""

    since: datetime
    until: datetime | None
    why: str


def clocks_of(ticket: Ticket, at: datetime) -> list[tuple[Clock, float]]:
    """In the order in which they fall due on a fresh ticket; each with the seconds of its calendar that are used up."""
    order = {"first_response": 0, "next_response": 1, "update": 2, "resolution": 3}
    newest: dict[str, tuple[Clock, float]] = {}
    running = Func(F("hours_id"), F("running_since"), Value(at), function="sla_open_seconds", output_field=FloatField())
    found = Clock.objects.filter(ticket=ticket).select_related("policy", "hours").order_by("-started_at", "-id")
    for clock in found.annotate(used=F("elapsed_seconds") + running)[:40]:
        newest.setdefault(clock.metric, (clock, clock.used))
    return sorted(newest.values(), key=lambda pair: order.get(pair[0].metric, 9))


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
