"""Turns committed events into hints for the open screens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.core.cache import cache

from core.events.bus import after
from core.events.catalogue import (
    TICKET_EVENTS,
    AgentAvailabilityChanged,
    ContactTyped,
    NotificationsAdded,
    SLAApplied,
    TeamAssigned,
    TicketAssigned,
    TicketChanged,
    WaitReasonChanged,
)
from core.push import DESK, Hint, agent_topic, publish_all, scope_topic, ticket_topic
from live.frames import changed_ticket, vanished_ticket
from tickets.models import Ticket
from tickets.selectors.rows import tickets_for_broadcast

# A unit of work that touches more tickets than this asks the screens to catch up instead of sending rows.
MOST_ROWS = 20
# An edited policy walks over the whole desk for minutes. Screens are not sent to ask anew at each of its steps: they
# do once in so many seconds, and anyhow once a minute.
WALK_SECONDS = 15


@after(*TICKET_EVENTS.values())
def on_ticket_changed(events: Sequence[TicketChanged]) -> None:
    """One frame per ticket and unit of work, to whoever may see it now and whoever might have before."""
    by_ticket: dict[int, list[TicketChanged]] = {}
    for event in events:
        by_ticket.setdefault(event.ticket_id, []).append(event)
    if len(by_ticket) > MOST_ROWS:
        if all(isinstance(event, SLAApplied) for event in events) and not cache.add("live:walk", 1, WALK_SECONDS):
            return
        publish_all([Hint((DESK,), {"type": "resync"})])
        return
    publish_all(hint for ticket in _read(by_ticket) for hint in _hints(ticket, by_ticket[ticket.pk]))


@after(AgentAvailabilityChanged)
def on_agent_availability_changed(events: Sequence[AgentAvailabilityChanged]) -> None:
    publish_all(
        Hint((DESK,), {"type": "agent.changed", "agent": event.agent_id, "availability": event.after})
        for event in events
    )


@after(WaitReasonChanged)
def on_wait_reason_changed(events: Sequence[WaitReasonChanged]) -> None:
    """Words and ids only: nothing happened to the tickets, so their rows are not drawn again."""
    publish_all(
        Hint(
            (scope_topic(inbox_id=event.inbox_id, team_id=event.team_id),),
            {"type": "wait.changed", "short": event.short, "title": event.sentence, "tickets": event.ticket_ids},
        )
        for event in events
    )


@after(NotificationsAdded)
def on_notifications_added(events: Sequence[NotificationsAdded]) -> None:
    agent_ids = sorted({agent_id for event in events for agent_id in event.agent_ids})
    publish_all(Hint((agent_topic(agent_id),), {"type": "notification", "agent": agent_id}) for agent_id in agent_ids)


@after(ContactTyped)
def on_contact_typed(events: Sequence[ContactTyped]) -> None:
    publish_all(
        Hint(
            (ticket_topic(event.ticket_id),),
            {"type": "contact.typing", "ticket": event.ticket_id, "name": event.contact_name},
        )
        for event in events
    )


def _read(ids: Iterable[int]) -> Iterator[Ticket]:
    """As late as the first hint is asked for."""
    yield from tickets_for_broadcast(ids)


def _hints(ticket: Ticket, events: Sequence[TicketChanged]) -> list[Hint]:
    cursor = max(event.event_id for event in events)
    now_topics = _topics(ticket, ticket.team_id, ticket.assignee_id)
    row = {"type": "ticket.changed", "cursor": cursor, **changed_ticket(ticket)}
    hints = [Hint(now_topics, row)]
    if earlier := tuple(dict.fromkeys(_earlier_topics(ticket, events))):
        gone = {"type": "ticket.changed", "cursor": cursor, **vanished_ticket(ticket.pk, ticket.last_seq)}
        hints.append(Hint(earlier, gone, unless=now_topics))
    return hints


def _topics(ticket: Ticket, team_id: int | None, assignee_id: int | None) -> tuple[str, ...]:
    """The mirror of tickets_visible_to: the scope of inbox and team, and the assignee."""
    scope = scope_topic(inbox_id=ticket.inbox_id, team_id=team_id)
    return (scope, agent_topic(assignee_id)) if assignee_id else (scope,)


def _earlier_topics(ticket: Ticket, events: Sequence[TicketChanged]) -> Iterable[str]:
    for event in events:
        if isinstance(event, TeamAssigned):
            yield scope_topic(inbox_id=ticket.inbox_id, team_id=event.before)
        elif isinstance(event, TicketAssigned) and event.before:
            yield agent_topic(event.before)
