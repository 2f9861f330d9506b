"""Whom the desk has kept waiting in a chat already: they come before everybody else of the queue."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from core.clock import now
from routing.models import ChatWait
from tickets.models import Status

# Whoever still waits after this is found by their deadline.
LATELY = timedelta(days=7)


def is_left(ticket_id: int) -> bool:
    """Whether its visitor was told that nobody is free, and still waits."""
    return ChatWait.objects.filter(ticket_id=ticket_id, ended_at=None, told_at__isnull=False).exists()


def left_in_chat() -> list[int]:
    """Tickets whose visitor was told that nobody is free, and has had no answer since; the longest wait first."""
    told = ChatWait.objects.filter(told_at__gte=now() - LATELY, ticket__waiting_since__lte=F("told_at"))
    waiting = told.filter(ticket__status=Status.OPEN, ticket__assignee=None)
    return list(dict.fromkeys(waiting.order_by("began_at").values_list("ticket_id", flat=True)))
