"""Agents as actions name them: one of a few roles around the ticket, or a certain person."""

from __future__ import annotations

from people.models import Agent
from people.selectors.agents import active_agents, active_managers, active_teams
from tickets.models import Ticket

ASSIGNEE = "assignee"
LEAD = "lead"
NOBODY = "nobody"

TEAM = "team"
MANAGERS = "managers"

_ROLES = {
    ASSIGNEE: "the assignee",
    LEAD: "the team's lead",
    TEAM: "everybody in the team",
    MANAGERS: "the managers",
    NOBODY: "nobody",
}

Choices = list[tuple[str, str]]


def agent_choices(*roles: str) -> Choices:
    people = active_agents().order_by("name").values_list("pk", "name")
    named = [(role, _ROLES[role].capitalize()) for role in roles]
    return [*named, *((str(pk), name) for pk, name in people)]


def team_choices(*, nobody: bool = True) -> Choices:
    teams = active_teams().order_by("name").values_list("pk", "name")
    first = [(NOBODY, "No team")] if nobody else []
    return [*first, *((str(pk), name) for pk, name in teams)]


def agent_meant(ticket: Ticket, who: str) -> Agent | None:
    """The active agent whom the word or number names, or None."""
    if who == ASSIGNEE:
        found = ticket.assignee
    elif who == LEAD:
        found = ticket.team.lead if ticket.team else None
    elif who.isdigit():
        found = Agent.objects.filter(pk=int(who)).first()
    else:
        found = None
    return found if found and found.is_active else None


def people_meant(ticket: Ticket, who: str) -> list[Agent]:
    """The active agents whom the word or number names: one, a whole team, or nobody."""
    if who == TEAM:
        return list(active_agents().filter(teams=ticket.team_id)) if ticket.team_id else []
    if who == MANAGERS:
        return list(active_managers())
    found = agent_meant(ticket, who)
    return [found] if found else []


def spoken(who: str) -> str:
    """The agent's name, or the role in words."""
    if who in _ROLES:
        return _ROLES[who]
    name = Agent.objects.filter(pk=int(who)).values_list("name", flat=True).first() if who.isdigit() else None
    return name or "an agent who is gone"
