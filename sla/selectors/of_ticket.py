"""The promises on one ticket, the newest of each metric."""

from __future__ import annotations

from sla.models import Clock
from tickets.models import Ticket


def clocks_of(ticket: Ticket) -> list[Clock]:
    """In the order in which they fall due on a fresh ticket."""
    order = {"first_response": 0, "next_response": 1, "update": 2, "resolution": 3}
    newest: dict[str, Clock] = {}
    for clock in Clock.objects.filter(ticket=ticket).select_related("policy").order_by("-started_at", "-id")[:40]:
        newest.setdefault(clock.metric, clock)
    return sorted(newest.values(), key=lambda clock: order.get(clock.metric, 9))
