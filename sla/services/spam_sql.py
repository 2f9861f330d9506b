"""The statements that take a spam ticket's facts back, and let them stand again when it was no spam after all.

Facts are never changed: what is taken back is named by a `voided` fact, what stands again is written once more.
"""

# ruff: noqa: S608 - every part of the statements is constant text of this file; values are parameters.

from __future__ import annotations

from datetime import datetime

from core.db import Statement
from sla.models import Fact

# What promises came to, and what counts as work: of spam, reports count the opening and that it was spam.
COUNTS_FOR_NOTHING = (
    "first_response", "next_response", "update", "resolution", "reopened", "paused", "resumed", "warned", "breached",
    "escalated", "foretold",
)  # fmt: skip

_VOID = """
    INSERT INTO sla_fact (kind, at, ticket_id, event_id, voids, metric, channel, priority, tags, actor_kind, data)
    SELECT 'voided', %s, f.ticket_id, %s, f.id, f.metric, '', '', '{}', '', '{}'::jsonb FROM sla_fact f"""
_STANDS = "NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)"
_COPIED = ", ".join(
    field.column
    for field in Fact._meta.concrete_fields  # noqa: SLF001 - a documented API in spite of its name
    if field.column and field.column not in ("id", "voids", "data")
)


def void(ticket_id: int, at: datetime, *, event_id: int) -> Statement:
    """It is spam: what was recorded before counts for nothing."""
    sql = f"{_VOID} WHERE f.ticket_id = %s AND f.kind = ANY (%s) AND {_STANDS}"
    return sql, [at, event_id, ticket_id, list(COUNTS_FOR_NOTHING)]


def restore(ticket_id: int, at: datetime, *, event_id: int) -> list[Statement]:
    """It was no spam: what was taken back with the last marking counts again, and the marking does not."""
    again = f"""
        INSERT INTO sla_fact ({_COPIED}, data)
        SELECT {_COPIED}, data || '{{"again": true}}'::jsonb FROM sla_fact f
        WHERE f.id IN (
            SELECT v.voids FROM sla_fact v
            WHERE v.ticket_id = %s AND v.kind = 'voided' AND v.event_id = (
                SELECT s.event_id FROM sla_fact s WHERE s.ticket_id = v.ticket_id AND s.kind = 'spam'
                ORDER BY s.id DESC LIMIT 1))
        ORDER BY f.id"""
    no_spam = f"{_VOID} WHERE f.ticket_id = %s AND f.kind = 'spam' AND {_STANDS}"
    return [(again, [ticket_id]), (no_spam, [at, event_id, ticket_id])]
