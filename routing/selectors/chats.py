"""Whether a ticket's chat goes on, is over, or never was."""

from __future__ import annotations

from typing import Literal

from routing.models import ChatEnd, ChatWait


def newest_chat(ticket_id: int) -> ChatWait | None:
    """What was left in the form, because nobody was there, is no chat."""
    chats = ChatWait.objects.filter(ticket_id=ticket_id).exclude(ended_by=ChatEnd.LEFT_WORD)
    return chats.order_by("-began_at", "-id").first()


def may_be_ended(ticket_id: int) -> bool:
    """By an agent: it goes on, and somebody has answered it."""
    chat = newest_chat(ticket_id)
    return chat is not None and _state(chat) == "on" and chat.ended_at is not None


def chat_of(ticket_id: int) -> Literal["on", "over", ""]:
    chat = newest_chat(ticket_id)
    return _state(chat) if chat else ""


def _state(chat: ChatWait) -> Literal["on", "over"]:
    return "over" if chat.over_at or chat.ended_by == ChatEnd.ABANDONED else "on"
