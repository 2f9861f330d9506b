"""Changes of agents: who they are, availability, presence, preferences."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import AgentAvailabilityChanged
from people.models import Agent, Availability, Role


def add_agent(*, email: str, name: str, role: str = Role.AGENT, password: str) -> Agent:
    """A new colleague. Raises Conflict when the address is taken, Invalid at a field."""
    if role not in Role.values:
        raise Invalid("Unknown role.", fields={"role": f"Choose one of: {', '.join(Role.values)}."})
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise Invalid("This is no e-mail address.", fields={"email": "Enter an e-mail address."}) from error
    if not name.strip():
        raise Invalid("A name is needed.", fields={"name": "Enter a name."})
    if Agent.objects.filter(email=email.strip().lower()).exists():
        raise Conflict("An agent has this address already.", details={"email": email})
    return Agent.objects.create_user(email, password, name=name.strip()[:120], role=role)


def set_active(agent: Agent, *, is_active: bool) -> Agent:
    """Let a colleague in again, or out: sessions, tokens and sockets of an inactive agent end within seconds."""
    with unit_of_work():
        locked = Agent.objects.select_for_update().get(pk=agent.pk)
        others = Agent.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=agent.pk)
        if not is_active and locked.role == Role.ADMIN and not others.exists():
            raise Conflict("The last admin stays: make another one first.")
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
    return locked


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
