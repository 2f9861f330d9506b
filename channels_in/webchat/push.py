"""What is pushed to a visitor's open chat. Only messages in their public form, typing and seen marks ever go there."""

from __future__ import annotations

from typing import Any

from channels_in.webchat.conversation import public_message, visitors_of
from core import push
from tickets.models import Message

# What the socket says to a token that is worth nothing any more (docs/sockets.md).
SIGNED_OUT = 4401


def show_message(message: Message, *, identity_id: int, agent_saw_id: int = 0) -> None:
    shown = public_message(message, agent_saw_id=agent_saw_id)
    _publish(identity_id, {"type": "message", "ticket": message.ticket.number, "message": shown})


def show_typing(*, identity_id: int, name: str) -> None:
    _publish(identity_id, {"type": "typing", "name": name})


def show_seen(*, identity_id: int, ticket_number: int, seq: int) -> None:
    """An agent has had the visitor's messages up to this one on the screen."""
    _publish(identity_id, {"type": "seen", "ticket": ticket_number, "seq": seq})


def ask_again(uid: str) -> None:
    """The browser is known now: its other windows do not hear yet what is said to it."""
    push.publish([push.browser_topic(uid)], {"type": "resync"})


def ask_again_in(ticket_id: int) -> None:
    """There is something beside the messages: every window that shows this conversation asks for it anew."""
    topics = [push.visitor_topic(visitor.identity_id) for visitor in visitors_of(ticket_id)]
    if topics:
        push.publish(topics, {"type": "resync"})


def send_away(uid: str) -> None:
    """The browser has signed out: its open windows, and whoever holds its token, hear no more."""
    push.send_away([push.browser_topic(uid)], code=SIGNED_OUT)


def _publish(identity_id: int, frame: dict[str, Any]) -> None:
    push.publish([push.visitor_topic(identity_id)], frame)
