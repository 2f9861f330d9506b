"""Changes of agents: availability, presence, preferences."""

from __future__ import annotations

from typing import Any

from core.clock import now
from core.errors import Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import AgentAvailabilityChanged
from people.models import Agent, Availability


def set_availability(agent: Agent, *, availability: str) -> Agent:
    """Available agents get work; others keep what they have."""
    if availability not in Availability.values:
        raise Invalid("Choose available, busy or away.", fields={"availability": "Choose available, busy or away."})
    with unit_of_work():
        locked = Agent.objects.select_for_update().get(pk=agent.pk)
        before = locked.availability
        if before == availability:
            return locked
        locked.availability = availability
        locked.availability_changed_at = now()
        locked.save(update_fields=["availability", "availability_changed_at"])
        publish(AgentAvailabilityChanged(agent_id=locked.pk, before=before, after=availability))
    return locked


def mark_seen(*agent_ids: int) -> None:
    """The live sockets of these agents are open now; a cheap write without events."""
    Agent.objects.filter(pk__in=agent_ids).update(last_seen_at=now())


def set_preferences(agent: Agent, *, values: dict[str, Any]) -> Agent:
    """Merge display choices; unknown keys are the caller's business."""
    agent.preferences = {**agent.preferences, **values}
    agent.save(update_fields=["preferences"])
    return agent
