"""A moment so many business seconds ahead, by the hours that hold for a ticket."""

from __future__ import annotations

from datetime import datetime

from core.db import run
from tickets.models import Ticket

_SQL = "SELECT sla_due_at(sla_hours_of(%s, %s), %s, %s)"


def open_seconds_after(ticket: Ticket, at: datetime, seconds: int) -> datetime:
    """Its team's hours, else its inbox's, the brand's, the desk's; by the clock where there are none."""
    found: datetime = run([(_SQL, [ticket.team_id, ticket.inbox_id, at, seconds])])[0][0]
    return found
