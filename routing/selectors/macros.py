"""The macros that an agent may run."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from people.models import Agent
from routing.models import Macro


def macros_for(agent: Agent) -> QuerySet[Macro]:
    """Everybody's, those of the agent's teams, and their own."""
    shared = Q(owner=None, team=None) | Q(owner=None, team__members=agent)
    return Macro.objects.filter(shared | Q(owner=agent), is_active=True).distinct().order_by("position", "name", "id")
