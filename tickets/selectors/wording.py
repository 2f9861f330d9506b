"""Reusable words that an agent may use: tags and canned responses."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from people.models import Agent
from tickets.models import CannedResponse, Tag


def known_tags() -> list[str]:
    return list(Tag.objects.values_list("name", flat=True)[:500])


def canned_responses(agent: Agent) -> QuerySet[CannedResponse]:
    """Everybody's and the agent's own."""
    return CannedResponse.objects.filter(Q(owner__isnull=True) | Q(owner=agent))
