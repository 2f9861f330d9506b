"""When agents work and when they are on leave: nobody is handed anything outside."""

from __future__ import annotations

from datetime import date

from core.clock import now
from core.errors import Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import AgentWorkloadChanged
from people.models import Agent
from people.policy import require
from routing.models import Absence, Shift
from sla.models import BusinessHours

MOST_ABSENCES = 50


def set_shift(agent: Agent, *, hours: BusinessHours | None, sets_availability: bool = False, by: Agent) -> None:
    """None: the agent works whenever they are available. What it sets, it sets from its next beginning or end on."""
    require(by, "manage_desk")
    with unit_of_work():
        if hours is None:
            Shift.objects.filter(agent=agent).delete()
        else:
            values = {"hours": hours, "sets_availability": sets_availability, "followed_until": now()}
            Shift.objects.update_or_create(agent=agent, defaults=values)
        publish(AgentWorkloadChanged(agent_id=agent.pk))


def add_absence(agent: Agent, *, first_day: date, last_day: date, reason: str, by: Agent) -> Absence:
    """Whole days of the agent's time zone, both included."""
    require(by, "manage_desk")
    if last_day < first_day:
        raise Invalid("It ends before it begins.", fields={"last_day": "Not before the first day."})
    if Absence.objects.filter(agent=agent).count() >= MOST_ABSENCES:
        raise Invalid("Too many entries.", fields={"first_day": f"Take out old ones first: {MOST_ABSENCES} at most."})
    with unit_of_work():
        absence = Absence.objects.create(
            agent=agent, first_day=first_day, last_day=last_day, reason=" ".join(reason.split())[:80]
        )
        publish(AgentWorkloadChanged(agent_id=agent.pk))
    return absence


def remove_absence(agent: Agent, *, absence_id: int, by: Agent) -> None:
    require(by, "manage_desk")
    with unit_of_work():
        Absence.objects.filter(agent=agent, pk=absence_id).delete()
        publish(AgentWorkloadChanged(agent_id=agent.pk))
