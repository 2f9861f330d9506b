"""What keeps a question for later, and what calls it off: tickets resolved and opened again, replies taken back."""

from __future__ import annotations

from core.clock import now
from core.db import defer
from core.events.bus import within
from core.events.catalogue import MessageRetracted, StatusChanged
from csat.services import request_sql as requests

_OPEN = ("open", "pending", "on_hold")
_DONE = ("resolved", "closed")


@within(StatusChanged)
def on_status_changed(event: StatusChanged) -> None:
    """Both are one short statement that needs no answer; which survey fits is found later, by the clock."""
    at = event.at or now()
    if event.before in _OPEN and event.after in _DONE:
        defer(requests.keep_snapshot(event.ticket_id, at))
    elif event.before in _DONE and event.after not in _DONE:
        defer(requests.cancel(event.ticket_id, "The ticket was opened again before the question went out."))


@within(MessageRetracted)
def on_message_retracted(event: MessageRetracted) -> None:
    defer(requests.cancel_with(event.message_id, "The reply that it was to follow was taken back."))
