"""The SLA marks on a ticket's row: what the clocks of a higher layer let lists sort and show.

The reason of an escalation goes with the missed promise that it was about.
"""

from __future__ import annotations

from core.db import Statement
from core.planned import Planned

_WHY = "sla_why = CASE WHEN m.breached AND m.metric = t.sla_metric THEN t.sla_why ELSE '' END"


def mark_from(ticket_id: int, source: Statement) -> Statement:
    """The same from a SELECT of one row (due_at, metric, breached), so that reading and marking are one trip."""
    select, params = source
    sql = f"""
        UPDATE tickets_ticket t
        SET sla_due_at = m.due_at, sla_metric = m.metric, sla_breached = m.breached, {_WHY}
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
        SET sla_due_at = m.due_at, sla_metric = m.metric, sla_breached = m.breached, {_WHY}
        FROM ({select}) AS m (ticket_id, due_at, metric, breached)
        WHERE t.id = m.ticket_id
            AND (t.sla_due_at, t.sla_metric, t.sla_breached) IS DISTINCT FROM (m.due_at, m.metric, m.breached)
        """  # noqa: S608 - the select is our own text, never input
    return sql, params
