"""An agent's own unsent words."""

from __future__ import annotations

from django.db.models import QuerySet

from people.models import Agent
from tickets.models import Draft, Ticket


def drafts_of(agent: Agent, ticket: Ticket) -> QuerySet[Draft]:
    return Draft.objects.filter(agent=agent, ticket=ticket)
