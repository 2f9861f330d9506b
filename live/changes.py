"""The truth behind the hints: which tickets have changed since a cursor, as far as an agent may see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from live.frames import changed_ticket, vanished_ticket
from people.models import Agent
from tickets.models import TicketEvent
from tickets.selectors.access import Scopes, scopes_of
from tickets.selectors.lists import tickets_by_ids
from tickets.selectors.rows import places_of

# More than this and the screen had better load anew.
MOST_TICKETS = 500
MOST_EVENTS = 20_000
# Ids are given out before the commit, so a slow transaction may appear behind the cursor: look back over it.
OVERLAP_EVENTS = 1_000
OVERLAP_TIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Changes:
    """`cursor` is where the next question starts; with `is_reset` the screen loads anew."""

    cursor: int
    is_reset: bool = False
    tickets: list[dict[str, Any]] = field(default_factory=list)


def newest_cursor() -> int:
    newest = TicketEvent.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def changes_since(agent: Agent, since: int) -> Changes:
    """Rows that the agent may see now, and bare ids of those that moved out of the agent's sight."""
    newest = newest_cursor()
    if not 0 <= since <= newest or newest - since > MOST_EVENTS:
        return Changes(newest, is_reset=True)
    window = _window(since)
    touched = list(window.values_list("ticket_id", flat=True).distinct()[: MOST_TICKETS + 1])
    if len(touched) > MOST_TICKETS:
        return Changes(newest, is_reset=True)
    visible = tickets_by_ids(agent, touched) if touched else []
    rows = [changed_ticket(ticket) for ticket in visible]
    hidden = set(touched) - {ticket.pk for ticket in visible}
    return Changes(newest, tickets=[*rows, *_vanished(agent, window, hidden)])


def _window(since: int) -> QuerySet[TicketEvent]:
    before = TicketEvent.objects.filter(id__lte=since).order_by("-id").values_list("at", flat=True).first()
    late = Q(id__gt=since - OVERLAP_EVENTS, at__gt=before - OVERLAP_TIME) if before else Q()
    return TicketEvent.objects.filter(Q(id__gt=since) | late).order_by()


def _vanished(agent: Agent, window: QuerySet[TicketEvent], hidden: set[int]) -> list[dict[str, Any]]:
    """Of the hidden tickets only those that the agent could see before; the others must not be known of."""
    if not hidden:
        return []
    moves = window.filter(ticket_id__in=hidden, kind__in=("TeamAssigned", "TicketAssigned"))
    places, scopes = places_of(hidden), scopes_of(agent)
    return [
        vanished_ticket(event.ticket_id, event.seq)
        for event in moves
        if _could_see(agent, scopes, event, inbox_id=places[event.ticket_id][0])
    ]


def _could_see(agent: Agent, scopes: Scopes, event: TicketEvent, *, inbox_id: int) -> bool:
    before = event.data.get("before")
    if event.kind == "TicketAssigned":
        return bool(before == agent.pk)
    return scopes.covers(inbox_id=inbox_id, team_id=before)
