"""The skills that a ticket asks of its agent: assignment gives it only to those who have them all."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, SkillsRequired
from people.models import Agent
from people.policy import require
from tickets.models import Ticket
from tickets.services.changes import normal_tag
from tickets.services.journal import locked, record

MAX_SKILLS = 10


def require_skills(ticket: Ticket, *, skills: Iterable[str], actor: Actor) -> Ticket:
    wanted = [skill for skill in dict.fromkeys(normal_tag(item) for item in skills) if skill]
    if actor.kind == "agent":
        require(Agent.objects.get(pk=actor.id or 0), "edit_ticket")
    with unit_of_work():
        fresh = locked(ticket)
        added = tuple(skill for skill in wanted if skill not in fresh.skills)
        if not added:
            return fresh
        if len(fresh.skills) + len(added) > MAX_SKILLS:
            raise Invalid("Too many skills.", fields={"skills": f"At most {MAX_SKILLS} skills on a ticket."})
        columns = {"skills": [*fresh.skills, *added]}
        record(fresh, SkillsRequired(added=added), actor=actor, columns=columns)
    return fresh
