"""How many tickets an agent can hold, and what they are skilled in: what assignment goes by."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import AgentWorkloadChanged
from people.models import Agent
from people.policy import require

MOST_TICKETS = 500
MOST_SKILLS = 30


def set_workload(agent: Agent, *, capacity: int, skills: Iterable[str], by: Agent) -> Agent:
    """Skills are written like tags: lower case, words joined by hyphens."""
    require(by, "manage_desk")
    named = [name for name in dict.fromkeys("-".join(skill.lower().split())[:40] for skill in skills) if name]
    if not 0 <= capacity <= MOST_TICKETS:
        raise Invalid("Unlikely capacity.", fields={"capacity": f"Between 0 and {MOST_TICKETS}."})
    if len(named) > MOST_SKILLS:
        raise Invalid("Too many skills.", fields={"skills": f"At most {MOST_SKILLS}."})
    with unit_of_work():
        Agent.objects.filter(pk=agent.pk).update(capacity=capacity, skills=named)
        agent.capacity, agent.skills = capacity, named
        publish(AgentWorkloadChanged(agent_id=agent.pk))
    return agent
