"""Takes in what was written before the desk: it is filed under its own date, and no clock, rule or bell hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core.events.catalogue import HistoryFiled, TicketChanged
from tickets.inbound import Inbound
from tickets.services.snippets import snippet

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_CLOSED = ("resolved", "closed")
_SETS = """
    last_seq = %s, last_public_seq = %s, created_at = LEAST(created_at, %s),
    snippet = CASE WHEN last_message_at <= %s THEN %s ELSE snippet END,
    snippet_from = CASE WHEN last_message_at <= %s THEN 'in' ELSE snippet_from END,
    updated_at = GREATEST(updated_at, %s), last_message_at = GREATEST(last_message_at, %s),
    last_inbound_at = GREATEST(last_inbound_at, %s),
    resolved_at = CASE WHEN resolved_at IS NOT NULL THEN GREATEST(resolved_at, %s) END,
    closed_at = CASE WHEN closed_at IS NOT NULL THEN GREATEST(closed_at, %s) END"""


def moment(inbound: Inbound, at: datetime) -> datetime:
    """When it was written; an absurd date counts as now."""
    written = inbound.occurred_at
    return written if written is not None and LONG_AGO < written < at + timedelta(days=1) else at


def told(events: Sequence[TicketChanged]) -> list[TicketChanged]:
    """What the stored events are published as: one hint for the screens."""
    newest = max(events, key=lambda event: event.seq)
    return [
        HistoryFiled(
            ticket_id=newest.ticket_id, seq=newest.seq, event_id=newest.event_id, at=newest.at, actor=newest.actor
        )
    ]


def opened(inbound: Inbound, at: datetime) -> dict[str, Any]:
    """The columns of a new ticket that differ: nobody waits for an answer to it."""
    return {
        "status": inbound.history,
        "waiting_since": None,
        "resolved_at": at if inbound.history in _CLOSED else None,
        "closed_at": at if inbound.history == "closed" else None,
    }


def appended(inbound: Inbound, at: datetime, *, last_seq: int, message_seq: int) -> tuple[str, list[Any]]:
    """(SET clauses, their values): only a newer message shows, and what the past has closed stays closed."""
    shown = snippet(inbound.text or inbound.subject)
    return _SETS, [last_seq, message_seq, at, at, shown, at, at, at, at, at, at]
