"""The sidebar of a ticket: who the contact is, what was promised, what else they wrote."""

from __future__ import annotations

from typing import Any

from people.models import Agent
from people.policy import may
from routing.selectors.waiting import why_waiting
from tickets.models import Status, Ticket
from tickets.selectors.brands import brand_among_others
from tickets.selectors.custom_fields import answers
from tickets.selectors.lists import tickets_of_contact
from tickets.selectors.rows import STATUS_ICONS, channel_of
from tickets.selectors.sides import followers_of, identities_of
from workspace.asides import asides
from workspace.callbacks import callbacks_in_side
from workspace.promises import promises_of
from workspace.satisfaction import satisfaction

_SHOWN = 6


def side_context(agent: Agent, ticket: Ticket) -> dict[str, Any]:
    others = [row for row in tickets_of_contact(agent, ticket.contact_id, size=_SHOWN + 1) if row.pk != ticket.pk]
    followers = followers_of(ticket)
    return {
        "ticket": ticket,
        "contact": ticket.contact,
        "identities": [_identity(row) for row in identities_of(ticket.contact_id)],
        "others": [related(row) for row in others[:_SHOWN]],
        "promises": promises_of(ticket),
        "satisfaction": satisfaction(agent, ticket),
        "waiting": why_waiting(ticket),
        "callbacks": callbacks_in_side(agent, ticket),
        "followers": followers,
        "asides": asides(ticket),
        "may_reply": may(agent, "reply"),
        "is_following": any(follower.pk == agent.pk for follower in followers),
        "may_edit": may(agent, "edit_ticket"),
        "answers": answers(ticket),
        "brand": brand_among_others(ticket.inbox),
    }


def related(ticket: Ticket) -> dict[str, Any]:
    channel = channel_of(ticket.channel)
    return {
        "ticket": ticket,
        "channel_icon": channel.icon,
        "channel_label": channel.label,
        "status_icon": STATUS_ICONS[ticket.status],
        "status_label": Status(ticket.status).label,
    }


def _identity(identity: Any) -> dict[str, Any]:
    icons = {"email": "mail", "phone": "phone"}
    channel = channel_of(identity.kind)
    return {"row": identity, "icon": icons.get(identity.kind, channel.icon), "label": channel.label}
