"""The frames that tell about tickets: rendered once, the same for every viewer."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from routing.selectors.situation import row_of
from tickets.models import Ticket

ROW_TEMPLATE = "workspace/_ticket_row.html"


def changed_ticket(ticket: Ticket) -> dict[str, Any]:
    """What a screen needs to bring its row up to date: where it belongs, how it sorts, how it looks."""
    return {
        "ticket": ticket.pk,
        "number": ticket.number,
        "seq": ticket.last_seq,
        "facets": facets_of(ticket),
        "keys": {
            "recent": ticket.last_message_at.isoformat(),
            "due": ticket.sla_due_at.isoformat(),
            "created": ticket.created_at.isoformat(),
        },
        "row": render_to_string(ROW_TEMPLATE, row_of(ticket)),
    }


def facets_of(ticket: Ticket) -> dict[str, Any]:
    """The columns that views filter by."""
    return {
        "status": ticket.status,
        "priority": ticket.priority,
        "assignee": ticket.assignee_id,
        "team": ticket.team_id,
        "inbox": ticket.inbox_id,
        "channel": ticket.channel,
        "contact": ticket.contact_id,
        "snoozed": ticket.snoozed_until is not None,
        "breached": ticket.sla_breached,
        "tags": ticket.tags,
    }


def vanished_ticket(ticket_id: int, seq: int) -> dict[str, Any]:
    """For those who may no longer see it: ids only, never the row."""
    return {"ticket": ticket_id, "seq": seq, "gone": True}
