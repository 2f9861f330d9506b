"""When a chat is over: its visitor or an agent ended it, its ticket was resolved, or they left unanswered. Each is told
once.

What the visitor writes after that begins a new chat (chat_waits.py). The ticket stays what it is: rules may resolve it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from core.batches import stop_if_out_of_time
from core.clock import now
from core.errors import Conflict
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, Actor, ChatEnded, ChatResumed
from people.policy import require
from people.selectors.agents import acting_agent
from routing.models import ChatEnd, ChatWait
from routing.selectors.chats import chat_of, newest_chat
from routing.services import chat_waits
from tickets.models import Ticket, TicketEvent
from tickets.services import journal

logger = logging.getLogger(__name__)

VISITOR, AGENT, RESOLVED, LEFT = "visitor", "agent", "resolved", "left"


def end_by_visitor(ticket: Ticket, *, actor: Actor) -> bool:
    """They pressed "End chat"; False where no chat goes on."""
    with unit_of_work():
        fresh = journal.locked(ticket)
        return _end(fresh, VISITOR, now(), actor=actor)


def end_by_agent(ticket: Ticket, *, actor: Actor) -> bool:
    """What was to be said is said, and the visitor may go; False where no chat goes on. Raises Conflict for one that
    nobody has answered: whoever waits is not sent away."""
    _require_writer(actor)
    with unit_of_work():
        fresh = journal.locked(ticket)
        wait = _going_on(fresh.pk)
        if wait is not None and wait.ended_at is None:
            raise Conflict("Nobody has answered this chat yet. Answer it, or resolve the ticket.")
        return _end(fresh, AGENT, now(), actor=actor)


def take_back_end(ticket: Ticket, *, actor: Actor, event_id: int | None = None) -> None:
    """The chat that an agent ended last (by this event) goes on. Raises Conflict where it is too late for that."""
    _require_writer(actor)
    with unit_of_work():
        fresh = journal.locked(ticket)
        chat = newest_chat(fresh.pk)
        ended = TicketEvent.objects.filter(ticket=fresh, kind=ChatEnded.key()).order_by("-seq").first()
        is_last = ended is not None and ended.data["how"] == AGENT and event_id in (None, ended.pk)
        if ended is None or chat is None or chat.over_at is None or not is_last or not fresh.is_open:
            raise Conflict("There is no end of a chat to take back.")
        ChatWait.objects.filter(pk=chat.pk).update(over_at=None)
        journal.record(fresh, ChatResumed(undoes=ended.pk), actor=actor)


def end_by_resolving(ticket_id: int, at: datetime, *, actor: Actor) -> bool:
    """In the transaction that resolves, closes or discards the ticket, under its lock."""
    if not _going_on(ticket_id):
        return False
    return _end(journal.locked(ticket_id), RESOLVED, at, actor=actor)


def end_by_leaving(wait_id: int, ticket_id: int, left_at: datetime) -> bool:
    """Nobody had answered when they left."""
    with unit_of_work():
        fresh = journal.locked(ticket_id)
        wait = _going_on(ticket_id)
        # An agent may have answered while we waited for the lock: then the chat goes on.
        if wait is None or wait.pk != wait_id or wait.ended_at is not None:
            return False
        return _end(fresh, LEFT, left_at, actor=SYSTEM)


def find_abandoned() -> int:
    """End the chats of those who have left, and the waits of closed tickets; returns how many visitors have left."""
    chat_waits.close_settled()
    return sum(_end_abandoned(*one) for one in chat_waits.abandoned())


def _end_abandoned(wait_id: int, ticket_id: int, left_at: datetime) -> bool:
    """One that cannot be ended does not keep the others waiting."""
    try:
        return end_by_leaving(wait_id, ticket_id, left_at)
    except Exception as error:
        logger.exception("A chat could not be ended; it will be tried again", extra={"wait_id": wait_id})
        stop_if_out_of_time(error)
        return False


def _require_writer(actor: Actor) -> None:
    if agent := acting_agent(actor):
        require(agent, "reply")


def _going_on(ticket_id: int) -> ChatWait | None:
    return newest_chat(ticket_id) if chat_of(ticket_id) == "on" else None


def _end(ticket: Ticket, how: str, at: datetime, *, actor: Actor) -> bool:
    """`ticket` must be locked."""
    wait = _going_on(ticket.pk)
    if wait is None:
        return False
    if wait.ended_at is None:
        chat_waits.give_up(wait.pk, at, is_closed=how == RESOLVED)
    ChatWait.objects.filter(pk=wait.pk).update(over_at=at)
    event = ChatEnded(how=how, is_answered=wait.ended_by == ChatEnd.ANSWERED)
    journal.record(ticket, event, actor=actor)
    return True
