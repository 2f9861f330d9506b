"""Keeps what a customer could expect when the ticket was opened, and what it came to: promised against real."""

from __future__ import annotations

from datetime import datetime

from core.db import Statement
from sla.models import Prediction
from sla.selectors.expectations import expected_response
from tickets.models import Ticket


def keep_expectation(ticket_id: int) -> None:
    """Once for each ticket; without an expectation there is nothing to keep."""
    ticket = Ticket.objects.select_related("inbox").filter(pk=ticket_id, first_replied_at=None).first()
    expected = expected_response(ticket.inbox) if ticket else None
    if ticket is None or expected is None:
        return
    Prediction.objects.get_or_create(
        ticket=ticket,
        defaults={
            "inbox": ticket.inbox,
            "team_id": ticket.team_id,
            "channel": ticket.channel,
            "at": ticket.created_at,
            "p50_seconds": expected.p50_seconds,
            "p90_seconds": expected.p90_seconds,
            "usual_p50_seconds": expected.usual_p50_seconds,
            "basis": expected.basis,
            "waiting": expected.waiting,
            "agents": expected.agents,
            "sample": expected.sample,
        },
    )


def answered(ticket_id: int, at: datetime) -> Statement:
    """The first answer by a person is what it came to."""
    sql = """
        UPDATE sla_prediction SET answered_at = %s, real_seconds = greatest(extract(epoch FROM %s - at), 0)::int
        WHERE ticket_id = %s AND answered_at IS NULL"""
    return sql, [at, at, ticket_id]


def taken_back(message_id: int) -> Statement:
    """The first answer was undone before it left."""
    sql = """
        UPDATE sla_prediction p SET answered_at = NULL, real_seconds = NULL
        FROM sla_fact f
        WHERE f.message_id = %s AND f.kind = 'first_response' AND p.ticket_id = f.ticket_id"""
    return sql, [message_id]
