"""Tells open chats that something stands beside their messages now."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.webchat import push
from core.events.bus import after
from core.events.catalogue import (
    CallbackCancelled,
    CallbackMade,
    CallbackMissed,
    CallbackMoved,
    CallbackPlanned,
    CallbackUndone,
    ChatEnded,
    ChatResumed,
    ChatUnanswered,
    CsatAsked,
    MessagesMovedOut,
    RatingGiven,
    TicketChanged,
)


@after(
    ChatEnded,
    ChatResumed,
    ChatUnanswered,
    CsatAsked,
    RatingGiven,
    CallbackPlanned,
    CallbackMoved,
    CallbackCancelled,
    CallbackMade,
    CallbackMissed,
    CallbackUndone,
)
def on_something_beside(events: Sequence[TicketChanged]) -> None:
    """That nobody is free, or the chat is over; the question how it was, and its answer from another window or the page
    of the link; what became of the call that they booked."""
    for ticket_id in dict.fromkeys(event.ticket_id for event in events):
        push.ask_again_in(ticket_id)


@after(MessagesMovedOut)
def on_moved(events: Sequence[MessagesMovedOut]) -> None:
    """What the visitor looks at stands in another ticket now (or again), or says less."""
    for ticket_id in dict.fromkeys(pk for event in events for pk in (event.ticket_id, event.other_id)):
        push.ask_again_in(ticket_id)
