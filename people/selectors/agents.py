"""Agents and teams as others may see them, and who is online."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from core.clock import now
from core.events.catalogue import Actor
from people.models import Agent, Availability, Role, Team

# The live socket renews last_seen_at every 25 s; three times that is a lost connection.
ONLINE_WITHIN = timedelta(seconds=75)


def active_agents() -> QuerySet[Agent]:
    return Agent.objects.filter(is_active=True)


def active_managers() -> QuerySet[Agent]:
    """Whoever answers for the desk: told of what nobody else takes care of."""
    return active_agents().filter(role__in=[Role.MANAGER, Role.ADMIN])


def all_agents() -> QuerySet[Agent]:
    """Also those who have left: their names stay in the history."""
    return Agent.objects.all()


def active_teams() -> QuerySet[Team]:
    return Team.objects.filter(is_active=True)


def online_agents() -> QuerySet[Agent]:
    """Agents who can be given work now: available, with a live socket."""
    return active_agents().filter(availability=Availability.AVAILABLE, last_seen_at__gte=now() - ONLINE_WITHIN)


def acting_agent(actor: Actor) -> Agent | None:
    """The agent behind a change; None for contacts, rules and the desk itself."""
    if actor.kind != "agent" or actor.id is None:
        return None
    return Agent.objects.get(pk=actor.id)
