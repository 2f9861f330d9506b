"""The SLA marks on a ticket's row: what the clocks of a higher layer let lists sort and show."""

from __future__ import annotations

from datetime import datetime

from core.clock import NEVER
from core.db import Statement
from core.planned import Planned


def mark(ticket_id: int, *, due_at: datetime | None, metric: str, breached: bool) -> Statement:
    """A statement that sets the next due moment (None: no clock runs). The clocks' own events carry the seq."""
    sql = "UPDATE tickets_ticket SET sla_due_at = %s, sla_metric = %s, sla_breached = %s WHERE id = %s"
    return sql, [due_at or NEVER, metric, breached, ticket_id]


def mark_from(ticket_id: int, source: Statement) -> Statement:
    """The same from a SELECT of one row (due_at, metric, breached), so that reading and marking are one trip."""
    select, params = source
    sql = f"""
        UPDATE tickets_ticket t
        SET sla_due_at = m.due_at, sla_metric = m.metric, sla_breached = m.breached
        FROM ({select}) AS m (due_at, metric, breached)
        WHERE t.id = %s
            AND (t.sla_due_at, t.sla_metric, t.sla_breached) IS DISTINCT FROM (m.due_at, m.metric, m.breached)
        """  # noqa: S608 - the select is our own text, never input
    return Planned(sql), [*params, ticket_id]


def mark_each_from(source: Statement) -> Statement:
    """The same from a SELECT of one row for each ticket (ticket, due_at, metric, breached)."""
    select, params = source
    sql = f"""
        UPDATE tickets_ticket t
        SET sla_due_at = m.due_at, sla_metric = m.metric, sla_breached = m.breached
        FROM ({select}) AS m (ticket_id, due_at, metric, breached)
        WHERE t.id = m.ticket_id
            AND (t.sla_due_at, t.sla_metric, t.sla_breached) IS DISTINCT FROM (m.due_at, m.metric, m.breached)
        """  # noqa: S608 - the select is our own text, never input
    return sql, params
