"""When the SLA clocks move: each event defers the statements that settle its ticket's clocks and record the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.clock import now
from core.db import Statement, defer
from core.events.bus import after, publish, within
from core.events.catalogue import (
    BrandsChanged,
    FieldsChanged,
    MessageMovedIn,
    MessageQueued,
    MessageReceived,
    MessageRetracted,
    MessagesMovedBack,
    MessagesMovedOut,
    PriorityChanged,
    PromisesChanged,
    StatusChanged,
    SubjectChanged,
    TeamAssigned,
    TicketAssigned,
    TicketChanged,
    TicketOpened,
    TicketSnoozed,
    TicketTagged,
    TicketWoken,
    TiersChanged,
)
from sla.selectors.expectations import without_expectation
from sla.services import clock_sql as clocks
from sla.services import fact_sql as facts
from sla.services import fitting, predicting, refitting, spam_sql
from sla.services import rearranging_sql as rearranging
from sla.tasks import apply_policies, follow_tiers, keep_expectations, read_feed

_ASKED: dict[type[TicketChanged], str] = {
    TicketAssigned: "assignee",
    SubjectChanged: "subject",
    FieldsChanged: "field:",
}
_OPEN = ("open", "pending", "on_hold")
_DONE = ("resolved", "closed")


@within(MessageReceived)
def on_message_received(event: MessageReceived) -> None:
    """The contact waits now. What the same message did to status and snooze has events of its own."""
    defer(clocks.start(event.ticket_id, _at(event)), clocks.refresh_marks(event.ticket_id))


@within(MessageQueued)
def on_message_queued(event: MessageQueued) -> None:
    """Only a person's answer keeps a promise; the next public word is owed from then on."""
    if event.is_automatic or event.is_retry or event.actor.kind != "agent":
        return
    ticket_id, at, agent_id = event.ticket_id, _at(event), event.actor.id
    defer(
        clocks.meet_responses(ticket_id, at, message_id=event.message_id, agent_id=agent_id),
        *facts.answered(event.message_id, at, event_id=event.event_id, agent_id=agent_id),
        facts.foretold(event.message_id, at, event_id=event.event_id, agent_id=agent_id),
        predicting.answered(ticket_id, at),
        clocks.start(ticket_id, at),
        clocks.pause_or_resume(ticket_id, at),
        clocks.refresh_marks(ticket_id),
    )


@within(MessageRetracted)
def on_message_retracted(event: MessageRetracted) -> None:
    defer(
        *clocks.retract(event.message_id),
        predicting.taken_back(event.message_id),
        facts.void(event.message_id, _at(event)),
        # Where the ticket is done meanwhile, nobody owes the answer any more.
        clocks.finish(event.ticket_id, _at(event)),
        clocks.refresh_marks(event.ticket_id),
    )


@within(StatusChanged)
def on_status_changed(event: StatusChanged) -> None:
    ticket_id, at = event.ticket_id, _at(event)
    if event.undoes is not None:
        defer(rearranging.revive(ticket_id, event.undoes), facts.void_end(ticket_id, event.undoes, at))
    if not _came_with_a_message(event):
        defer(clocks.finish(ticket_id, at), clocks.start(ticket_id, at))
    defer(clocks.pause_or_resume(ticket_id, at), clocks.refresh_marks(ticket_id))
    if event.before in _OPEN and event.after in _DONE:
        actor = event.actor
        defer(
            facts.resolved(
                ticket_id,
                at,
                event_id=event.event_id,
                actor_kind=actor.kind,
                actor_id=actor.id,
                status=event.after,
            )
        )
    elif event.before in _DONE and event.after in _OPEN and event.undoes is None:
        _record("reopened", event)
    elif event.after == "spam":
        _record("spam", event)
        defer(spam_sql.void(ticket_id, at, event_id=event.event_id))
    if event.before == "spam":
        defer(*spam_sql.restore(ticket_id, at, event_id=event.event_id))


@within(TicketOpened, PriorityChanged, TeamAssigned, TicketTagged)
def on_promise_changed(event: TicketChanged) -> None:
    """The terms that apply now are applied."""
    if not _came_with_a_message(event):
        _apply_terms(event)


@within(TicketAssigned, SubjectChanged, FieldsChanged)
def on_condition_changed(event: TicketChanged) -> None:
    """The same, where the conditions of a policy ask for what has changed."""
    if fitting.ask_for(_ASKED[type(event)]):
        _apply_terms(event)


def _apply_terms(event: TicketChanged) -> None:
    ticket_id, at = event.ticket_id, _at(event)
    defer(
        clocks.retarget(ticket_id, at),
        clocks.start(ticket_id, at),
        clocks.pause_or_resume(ticket_id, at),
        clocks.refresh_marks(ticket_id),
    )


@within(TicketOpened, PriorityChanged, TeamAssigned, TicketAssigned)
def on_fact(event: TicketChanged) -> None:
    match event:
        case TicketOpened():
            _record("opened", event)
        case PriorityChanged():
            _record("priority_changed", event)
        case TeamAssigned():
            _record("team_changed", event)
        case TicketAssigned():
            _record("assigned" if event.before is None else "transferred", event)


@within(TicketSnoozed, TicketWoken)
def on_snooze_changed(event: TicketChanged) -> None:
    defer(
        clocks.pause_or_resume(event.ticket_id, _at(event)),
        clocks.refresh_marks(event.ticket_id),
    )


@within(MessagesMovedOut, MessageMovedIn, MessagesMovedBack)
def on_messages_moved(event: TicketChanged) -> None:
    """The ticket that messages left, came to, or returned to. The move itself is a fact; what was decided stays."""
    ticket_id, at = event.ticket_id, _at(event)
    if isinstance(event, MessagesMovedBack):
        defer(rearranging.revive(ticket_id, event.undoes))
    defer(*rearranging.settle(ticket_id, at))
    if isinstance(event, MessagesMovedOut) and event.undoes is not None:
        defer(facts.void_reopening(ticket_id, event.undoes, at))
    told = event.data()
    data = {"what": event.key(), "other": told["other_id"], "is_merge": told["is_merge"]}
    defer(_fact("rearranged", event, data))


@after(TicketOpened, MessageReceived)
def on_ticket_opened(events: Sequence[TicketChanged]) -> None:
    """What the customer could expect at that moment is kept beside what it comes to; no task where that is nothing."""
    inboxes = {event.ticket_id: event.inbox_id for event in events if isinstance(event, TicketOpened)}
    received = (event for event in events if isinstance(event, MessageReceived))
    opened = [event.ticket_id for event in received if event.opened and not event.is_automatic]
    if not opened:
        return
    hopeless = without_expectation({inboxes[ticket_id] for ticket_id in opened if ticket_id in inboxes})
    if asked := [ticket_id for ticket_id in opened if inboxes.get(ticket_id) not in hopeless]:
        keep_expectations.delay(asked)


@within(BrandsChanged)
def on_brands_changed(event: BrandsChanged) -> None:
    """Hours of a brand are its inboxes' hours."""
    publish(PromisesChanged())


@within(PromisesChanged)
def forget_policies(event: PromisesChanged) -> None:
    fitting.forget()
    defer(refitting.begin())


@after(PromisesChanged)
def on_promises_changed(events: Sequence[PromisesChanged]) -> None:
    """Every process has forgotten the former policies by then (sla/services/fitting.py)."""
    apply_policies.apply_async(countdown=2 * fitting.KEPT_SECONDS)
    for event in events:
        if event.feed_of_hours is not None:
            read_feed.delay(event.feed_of_hours)


@after(TiersChanged)
def on_tiers_changed(events: Sequence[TiersChanged]) -> None:
    for event in events:
        follow_tiers.delay(event.contact_id, event.organization_id)


def _record(kind: str, event: TicketChanged) -> None:
    data = {name: value for name, value in event.data().items() if name in ("before", "after", "channel")}
    defer(_fact(kind, event, data))


def _fact(kind: str, event: TicketChanged, data: Mapping[str, Any]) -> Statement:
    actor = event.actor
    return facts.changed(
        kind,
        event.ticket_id,
        _at(event),
        event_id=event.event_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        data=data,
    )


def _came_with_a_message(event: TicketChanged) -> bool:
    """A contact changes a ticket only by writing, and MessageReceived starts the clocks then."""
    return event.actor.kind == "contact"


def _at(event: TicketChanged) -> datetime:
    return event.at or now()
