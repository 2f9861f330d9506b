"""Keeps a ticket's copy of its next SLA deadline, which lists sort by, beside the clocks that own it."""

from __future__ import annotations

from core.db import Statement


def mark(ticket_id: int, source: Statement) -> Statement:
    """The UPDATE of the marks; `source` is a SELECT of one row (due_at, metric, breached).

    It raises no seq: the clocks change only together with an event that does.
    """
    select, params = source
    sql = f"""
        UPDATE tickets_ticket t
        SET sla_due_at = m.due_at, sla_metric = m.metric, sla_breached = m.breached
        FROM ({select}) AS m (due_at, metric, breached)
        WHERE t.id = %s
            AND (t.sla_due_at, t.sla_metric, t.sla_breached) IS DISTINCT FROM (m.due_at, m.metric, m.breached)
        """  # noqa: S608 - the select is our own text, never input
    return sql, [*params, ticket_id]
