"""Says what came of a callback: called, no answer or called off; and takes the last word back."""

from __future__ import annotations

from typing import TypeVar

from callbacks.models import Callback, CallbackState
from callbacks.models.callback import TO_DO
from callbacks.selectors.calls import is_settled_by_customer
from callbacks.services.missing import tell_missed
from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, CallbackCancelled, CallbackMade, CallbackUndone, TicketChanged
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import Ticket
from tickets.services import journal

E = TypeVar("E", bound=TicketChanged)
MADE = (CallbackState.CALLED, CallbackState.NO_ANSWER)


def record_call(callback: Callback, *, outcome: str, actor: Actor) -> Callback:
    """Somebody called. The promise is kept by a call that was made before the end of the window, answered or not."""
    require_agent(actor)
    if outcome not in MADE:
        raise Invalid("Say what came of it.", fields={"outcome": f"Choose one of: {', '.join(MADE)}."})
    with unit_of_work():
        ticket, fresh = still_to_do(callback)
        if fresh.state == CallbackState.PLANNED and now() >= fresh.ends_at:
            # The sweep has not come by yet; what is late is late.
            tell_missed(ticket, fresh)
        is_kept = fresh.state == CallbackState.PLANNED
        event = CallbackMade(callback_id=fresh.pk, outcome=outcome, is_kept=is_kept)
        return settle(ticket, fresh, CallbackState(outcome), event, actor=actor)


def cancel_callback(callback: Callback, *, actor: Actor) -> Callback:
    require_agent(actor)
    with unit_of_work():
        ticket, fresh = still_to_do(callback)
        event = CallbackCancelled(callback_id=fresh.pk)
        return settle(ticket, fresh, CallbackState.CANCELLED, event, actor=actor)


def undo_callback(callback: Callback, *, actor: Actor) -> Callback:
    """It is to be called as before; the callback that it was moved to is called off. Raises Conflict where it is
    too late for that: that one was settled itself, or this one is to be called anyway."""
    require_agent(actor)
    with unit_of_work():
        ticket = journal.locked(callback.ticket_id)
        fresh = Callback.objects.select_for_update(of=("self",)).get(pk=callback.pk)
        if fresh.is_to_do or fresh.settled_event_id is None:
            raise Conflict("There is nothing to take back.")
        if not fresh.phone:
            raise Conflict("Its number was removed. Plan a new callback.")
        if is_settled_by_customer(fresh):
            raise Conflict("The customer decided this. Plan a new callback if they want one after all.")
        _withdraw_successor(ticket, fresh, actor)
        undone = CallbackUndone(callback_id=fresh.pk, undoes=fresh.settled_event_id)
        fresh.state, fresh.before = CallbackState(fresh.before), ""
        fresh.settled_at, fresh.settled_by, fresh.settled_event_id = None, "", None
        fresh.save(update_fields=["state", "before", "settled_at", "settled_by", "settled_event_id"])
        journal.record(ticket, undone, actor=actor)
    return fresh


def require_agent(actor: Actor) -> None:
    """Light agents only look; contacts and programs come through services that checked them."""
    if agent := acting_agent(actor):
        require(agent, "reply")
    elif actor.kind == "rule":
        raise NotAllowed("Rules make no calls.")


def still_to_do(callback: Callback) -> tuple[Ticket, Callback]:
    """The ticket and the callback under their locks, the ticket's first as everywhere."""
    ticket = journal.locked(callback.ticket_id)
    fresh = Callback.objects.select_for_update(of=("self",)).select_related("assignee").get(pk=callback.pk)
    if fresh.state not in TO_DO:
        raise Conflict(f"Somebody was quicker: {fresh.get_state_display().lower()} by {fresh.settled_by}.")
    return ticket, fresh


def settle(ticket: Ticket, callback: Callback, state: CallbackState, event: E, *, actor: Actor) -> Callback:
    done = journal.record(ticket, event, actor=actor)
    callback.before, callback.state = callback.state, state
    callback.settled_at, callback.settled_by, callback.settled_event_id = done.at, actor.name[:120], done.event_id
    callback.save(update_fields=["before", "state", "settled_at", "settled_by", "settled_event_id"])
    return callback


def _withdraw_successor(ticket: Ticket, callback: Callback, actor: Actor) -> None:
    successor = Callback.objects.filter(moved_from=callback).first()
    if successor is None:
        return
    if successor.state != CallbackState.PLANNED:
        raise Conflict("The callback that it was moved to has been settled already.")
    successor.moved_from = None
    successor.save(update_fields=["moved_from"])
    settle(ticket, successor, CallbackState.CANCELLED, CallbackCancelled(callback_id=successor.pk), actor=actor)
