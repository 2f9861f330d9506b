"""The SLA marks on a ticket's row: what the clocks of a higher layer let lists sort and show."""

from __future__ import annotations

from datetime import datetime

from core.clock import NEVER
from core.db import Statement


def mark(ticket_id: int, *, due_at: datetime | None, metric: str, breached: bool) -> Statement:
    """A statement that sets the next due moment (None: no clock runs). The clocks' own events carry the seq."""
    sql = "UPDATE tickets_ticket SET sla_due_at = %s, sla_metric = %s, sla_breached = %s WHERE id = %s"
    return sql, [due_at or NEVER, metric, breached, ticket_id]
