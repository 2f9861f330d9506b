"""When the SLA clocks move: each event defers the statements that settle its ticket's clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.clock import now
from core.db import defer
from core.events.bus import after, within
from core.events.catalogue import (
    Event,
    MessageQueued,
    MessageReceived,
    MessageRetracted,
    PriorityChanged,
    PromisesChanged,
    StatusChanged,
    TeamAssigned,
    TicketChanged,
    TicketOpened,
    TicketSnoozed,
    TicketTagged,
    TicketWoken,
    TiersChanged,
)
from sla.services import clock_sql as clocks
from sla.tasks import apply_policies


@within(MessageReceived)
def on_message_received(event: MessageReceived) -> None:
    """The contact waits now. What the same message did to status and snooze has events of its own."""
    defer(clocks.start(event.ticket_id, _at(event)), clocks.refresh_marks(event.ticket_id))


@within(MessageQueued)
def on_message_queued(event: MessageQueued) -> None:
    """Only a person's answer keeps a promise."""
    if event.is_automatic or event.actor.kind != "agent":
        return
    meet = clocks.meet_responses(event.ticket_id, _at(event), message_id=event.message_id, agent_id=event.actor.id)
    defer(meet, clocks.refresh_marks(event.ticket_id))


@within(MessageRetracted)
def on_message_retracted(event: MessageRetracted) -> None:
    defer(clocks.retract(event.message_id), clocks.refresh_marks(event.ticket_id))


@within(StatusChanged)
def on_status_changed(event: StatusChanged) -> None:
    ticket_id, at = event.ticket_id, _at(event)
    if not _came_with_a_message(event):
        defer(clocks.finish(ticket_id, at), clocks.start(ticket_id, at))
    defer(clocks.pause_or_resume(ticket_id, at), clocks.refresh_marks(ticket_id))


@within(TicketOpened, PriorityChanged, TeamAssigned, TicketTagged)
def on_promise_changed(event: TicketChanged) -> None:
    if _came_with_a_message(event):
        return
    ticket_id, at = event.ticket_id, _at(event)
    defer(
        clocks.retarget(ticket_id, at),
        clocks.start(ticket_id, at),
        clocks.pause_or_resume(ticket_id, at),
        clocks.refresh_marks(ticket_id),
    )


@within(TicketSnoozed, TicketWoken)
def on_snooze_changed(event: TicketChanged) -> None:
    defer(
        clocks.pause_or_resume(event.ticket_id, _at(event)),
        clocks.refresh_marks(event.ticket_id),
    )


@after(PromisesChanged, TiersChanged)
def on_promises_changed(events: Sequence[Event]) -> None:
    apply_policies.delay()


def _came_with_a_message(event: TicketChanged) -> bool:
    """A contact changes a ticket only by writing, and MessageReceived starts the clocks then."""
    return event.actor.kind == "contact"


def _at(event: TicketChanged) -> datetime:
    return event.at or now()
