"""An agent's own unsent words."""

from __future__ import annotations

from django.db.models import QuerySet

from people.models import Agent
from tickets.models import Draft, Ticket
from tickets.selectors.access import tickets_visible_to


def drafts_of(agent: Agent, ticket: Ticket) -> QuerySet[Draft]:
    return Draft.objects.filter(agent=agent, ticket=ticket)


def drafted_ticket_ids(agent: Agent) -> list[int]:
    """Tickets that wait for the agent to finish a sentence."""
    drafts = Draft.objects.filter(agent=agent, ticket__in=tickets_visible_to(agent)).exclude(text="")
    return list(drafts.order_by("-updated_at").values_list("ticket_id", flat=True)[:200])
