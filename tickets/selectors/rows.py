"""What one row of a ticket list shows: plain values, the same for every viewer, from the ticket's own row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.clock import NEVER, now
from core.errors import HelpdeskError
from tickets.capabilities import Capabilities, capabilities_for
from tickets.models import Priority, Status, Ticket

STATUS_ICONS = {
    "open": "circle-dot",
    "pending": "hourglass",
    "on_hold": "pause",
    "resolved": "circle-check",
    "closed": "archive",
    "spam": "ban",
}
PRIORITY_ICONS = {"low": "arrow-down", "normal": "circle-dashed", "high": "arrow-up", "urgent": "octagon-alert"}
METRIC_NAMES = {
    "first_response": "First reply",
    "next_response": "Next reply",
    "update": "Update",
    "resolution": "Resolution",
}
_SOON = timedelta(hours=1)
_SHOWN_TAGS = 2
_UNKNOWN_CHANNEL = Capabilities(label="Unknown channel", icon="circle-question-mark")


def row_context(ticket: Ticket) -> dict[str, Any]:
    """The context of `workspace/_ticket_row.html`; needs contact and assignee selected with the ticket."""
    at = now()
    channel = channel_of(ticket.channel)
    priority: str = ticket.priority
    return {
        "t": ticket,
        "contact": ticket.contact.name or "Unknown contact",
        "assignee": ticket.assignee.name if ticket.assignee_id and ticket.assignee else "",
        "channel_icon": channel.icon,
        "channel_label": channel.label,
        "status": ticket.status,
        "status_label": Status(ticket.status).label,
        "status_icon": STATUS_ICONS[ticket.status],
        "priority": "" if priority == Priority.NORMAL else priority,
        "priority_label": Priority(priority).label,
        "priority_icon": PRIORITY_ICONS[priority],
        "tags": ticket.tags[:_SHOWN_TAGS],
        "more_tags": max(0, len(ticket.tags) - _SHOWN_TAGS),
        "recent": ticket.last_message_at.isoformat(),
        "ago": ago(ticket.last_message_at, at),
        "snippet": ticket.snippet,
        "you": ticket.snippet_from == "out",
        "note": ticket.snippet_from == "note",
        **due_context(ticket, at),
    }


def tickets_for_broadcast(ids: Iterable[int]) -> list[Ticket]:
    """With the people that a row shows, for no one in particular: the push topics carry the permission."""
    return list(Ticket.objects.filter(pk__in=list(ids)).select_related("contact", "assignee"))


def places_of(ids: Iterable[int]) -> dict[int, tuple[int, int | None, int | None]]:
    """Inbox, team and assignee of tickets: what decides who sees them."""
    rows = Ticket.objects.filter(pk__in=list(ids)).values_list("pk", "inbox_id", "team_id", "assignee_id")
    return {pk: (inbox_id, team_id, assignee_id) for pk, inbox_id, team_id, assignee_id in rows}


def due_context(ticket: Ticket, at: datetime) -> dict[str, Any]:
    """The ticket's next promise, in words and as a state that a shape goes with."""
    if ticket.sla_due_at >= NEVER or not ticket.is_open:
        return {"due": "", "due_text": "", "due_state": "", "due_icon": "", "due_title": ""}
    left = ticket.sla_due_at - at
    state = "late" if left.total_seconds() <= 0 else "soon" if left < _SOON else "ok"
    metric = METRIC_NAMES.get(ticket.sla_metric, "Answer")
    escalated = ticket.sla_why if state == "late" else ""
    return {
        "due": ticket.sla_due_at.isoformat(),
        "due_text": duration_text(left),
        "due_state": state,
        "due_icon": "triangle-alert" if escalated else {"late": "circle-x", "soon": "timer", "ok": "clock"}[state],
        "due_title": f"Escalated: {escalated}" if escalated else f"{metric} {'was due' if state == 'late' else 'due'}",
    }


def channel_of(kind: str) -> Capabilities:
    """Rows of a channel that has since been removed still show."""
    try:
        return capabilities_for(kind)
    except HelpdeskError:
        return _UNKNOWN_CHANNEL


def ago(moment: datetime, at: datetime) -> str:
    """ "now", "5m", "3h", "2d", "14 Sep", "14 Sep 2025"."""
    seconds = max(0, int((at - moment).total_seconds()))
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < 86_400:
        return f"{seconds // 3600}h"
    if seconds < 7 * 86_400:
        return f"{seconds // 86_400}d"
    day = f"{moment.day} {moment:%b}"
    return day if moment.year == at.year else f"{day} {moment.year}"


def duration_text(left: timedelta) -> str:
    """ "42m", "1h 10m", "3d 4h"; late ones begin with a minus."""
    seconds = int(left.total_seconds())
    minutes = abs(seconds) // 60
    sign = "-" if seconds < 0 and minutes else ""
    if minutes < 60:
        return f"{sign}{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{sign}{hours}h {minutes}m"
    return f"{sign}{hours // 24}d {hours % 24}h"
