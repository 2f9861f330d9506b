"""What the page of one ticket shows: its head, its timeline, its composer; and what changed since a seq."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.timezone import localdate, localtime

from core.clock import now
from people.models import Agent
from people.policy import may
from routing.selectors.chats import may_be_ended
from routing.selectors.situation import row_of
from tickets.capabilities import capabilities_for
from tickets.models import Priority, ScheduledReply, Status, Ticket
from tickets.selectors.drafts import drafts_of
from tickets.selectors.links import linked
from tickets.selectors.reach import Reach, reach
from tickets.selectors.rows import PRIORITY_ICONS, STATUS_ICONS, channel_of, due_context
from tickets.selectors.scheduled import scheduled_of
from tickets.selectors.timeline import entries_after, moved_back_after, news_until, retracted_after, timeline
from workspace.chips import chips
from workspace.entries import items


def pane_context(agent: Agent, ticket: Ticket) -> dict[str, Any]:
    """Everything of the pane but its sidebar and its composer's state, which come with `side`."""
    found = timeline(ticket)
    return {
        **head_context(agent, ticket),
        "items": items(found.entries),
        "earlier_than": found.earlier_than,
        "channel": channel_of(ticket.channel),
        "may_reply": may(agent, "reply"),
    }


def head_context(agent: Agent, ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "status_label": Status(ticket.status).label,
        "status_icon": STATUS_ICONS[ticket.status],
        "priority_label": Priority(ticket.priority).label,
        "priority_icon": PRIORITY_ICONS[ticket.priority],
        "may_edit": may(agent, "edit_ticket"),
        "may_end_chat": capabilities_for(ticket.channel).rings and may(agent, "reply") and may_be_ended(ticket.pk),
        "linked": linked(agent, ticket),
        "snoozed_until": localtime(ticket.snoozed_until) if ticket.snoozed_until else None,
        **due_context(ticket, now()),
    }


def composer_context(agent: Agent, ticket: Ticket, way: Reach | None = None) -> dict[str, Any]:
    """Who a reply would reach and how; why it cannot, when it cannot."""
    way = way or reach(ticket)
    can = way.capabilities
    return {
        "ticket": ticket,
        "way": way,
        **chips(ticket, way),
        "can": can,
        "problem": way.problem,
        "window_ends_at": localtime(way.window_ends_at) if way.window_ends_at else None,
        "undo_seconds": agent.undo_seconds if can.can_undo else 0,
        "scheduled": [_scheduled(agent, row) for row in scheduled_of(ticket)],
        "limit_mb": min(can.max_attachment_bytes, settings.MAX_UPLOAD_BYTES) // 1_048_576,
    }


def _scheduled(agent: Agent, row: ScheduledReply) -> dict[str, Any]:
    return {"row": row, "send_at": localtime(row.send_at), "is_own": row.agent_id == agent.pk}


def delta(request: HttpRequest, agent: Agent, ticket: Ticket, seq: int) -> dict[str, Any]:
    """What a screen that knows the ticket up to `seq` is missing, rendered."""
    fresh = items(entries_after(ticket, seq), fold=False) if ticket.last_seq > seq else []
    until = news_until(ticket, seq)
    return {
        "ticket": ticket.pk,
        "number": ticket.number,
        "seq": until,
        "more": until < ticket.last_seq,
        "entries": render_to_string("workspace/_entries.html", {"items": fresh}, request),
        "back": moved_back_after(ticket, seq) if ticket.last_seq > seq else [],
        "gone": retracted_after(ticket, seq) if ticket.last_seq > seq else [],
        "head": render_to_string("workspace/_head.html", head_context(agent, ticket), request),
        "state": composer_state(request, agent, ticket),
        "row": render_to_string("workspace/_ticket_row.html", row_of(ticket)),
    }


def composer_state(request: HttpRequest, agent: Agent, ticket: Ticket) -> str:
    return render_to_string("workspace/_composer_state.html", composer_context(agent, ticket), request)


def drafts(agent: Agent, ticket: Ticket) -> dict[str, dict[str, Any]]:
    """The agent's stored drafts by mode."""
    return {
        draft.mode: {
            "text": draft.text,
            "revision": draft.revision,
            "attachments": draft.attachment_ids,
            "saved_at": draft.updated_at.isoformat(),
        }
        for draft in drafts_of(agent, ticket)
    }


def etag(agent: Agent, ticket: Ticket) -> str:
    """Changes with the ticket, the names on it, the viewer's rights and clock, the day ("Today") and the release."""
    names = (ticket.contact.name, str(ticket.assignee), str(ticket.team))
    viewer = (agent.pk, agent.role, agent.time_zone)
    shown = repr((ticket.last_seq, names, viewer, localdate().isoformat(), settings.BUILD))
    return f'"{ticket.pk}-{hashlib.sha256(shown.encode()).hexdigest()[:24]}"'
