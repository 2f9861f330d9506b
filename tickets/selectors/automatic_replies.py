"""Whether the desk may answer by itself: the budget that keeps two machines from writing to each other for ever."""

from __future__ import annotations

from datetime import timedelta

from core.clock import now
from tickets.models import Direction, Message, MessageKind, Ticket

PER_TICKET_AND_HOUR = 1
PER_CONTACT_AND_DAY = 10


def may_answer_automatically(ticket: Ticket) -> bool:
    """Never to automatic mail or who asks for silence, once an hour on a ticket, ten times a day to one contact."""
    newest = (
        Message.objects.filter(ticket_id=ticket.pk, kind=MessageKind.REPLY, direction=Direction.IN)
        .order_by("-seq")
        .only("is_automatic", "refuses_answers")
        .first()
    )
    if newest is None or newest.is_automatic or newest.refuses_answers:
        return False
    at = now()
    automatic = Message.objects.filter(direction=Direction.OUT, kind=MessageKind.REPLY, is_automatic=True)
    lately = automatic.filter(ticket_id=ticket.pk, created_at__gt=at - timedelta(hours=1))
    if lately.count() >= PER_TICKET_AND_HOUR:
        return False
    today = automatic.filter(ticket__contact_id=ticket.contact_id, created_at__gt=at - timedelta(days=1))
    return today.count() < PER_CONTACT_AND_DAY
