"""Tells open chats that something stands beside their messages now."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.webchat import push
from core.events.bus import after
from core.events.catalogue import ChatUnanswered, CsatAsked, RatingGiven, TicketChanged


@after(ChatUnanswered, CsatAsked, RatingGiven)
def on_something_beside(events: Sequence[TicketChanged]) -> None:
    """That nobody is free, the question how it was, and its answer from another window or the page of the link."""
    for ticket_id in dict.fromkeys(event.ticket_id for event in events):
        push.ask_again_in(ticket_id)
