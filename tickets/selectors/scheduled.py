"""Replies that wait for their time, for those who see their ticket."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import NotFound
from people.models import Agent
from tickets.models import ScheduledReply, ScheduleState, Ticket
from tickets.selectors.access import ticket_for


def scheduled_of(ticket: Ticket) -> QuerySet[ScheduledReply]:
    """Those that have not left, the next one first."""
    waiting = ScheduledReply.objects.filter(ticket=ticket, state__in=[ScheduleState.WAITING, ScheduleState.HELD])
    return waiting.select_related("agent").order_by("send_at", "id")


def scheduled_for(agent: Agent, number: int, scheduled_id: int) -> ScheduledReply:
    """Or NotFound."""
    ticket = ticket_for(agent, number)
    found = ScheduledReply.objects.select_related("ticket").filter(pk=scheduled_id, ticket=ticket).first()
    if found is None:
        raise NotFound("There is no such scheduled reply.")
    return found
