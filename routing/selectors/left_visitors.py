"""Visitors of chats who were told that nobody is free."""

from __future__ import annotations

from routing.models import ChatWait


def is_left(ticket_id: int) -> bool:
    """Whether they still wait."""
    return ChatWait.objects.filter(ticket_id=ticket_id, ended_at=None, told_at__isnull=False).exists()
