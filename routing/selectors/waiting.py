"""Why nobody has a ticket yet, and who could take it: said to whoever opens it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from people.models import Agent, Role, Team, TeamStrategy
from people.selectors.agents import active_agents
from routing.assignment import Candidate, Waiting
from routing.selectors.duty import Duty, duties_of
from routing.selectors.floor import ask_of, candidates_of
from tickets.models import Status, Ticket

_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`note`: "free, 3 of 20", "full, 20 of 20", "away", "lacks german:2"."""

    agent_id: int
    name: str
    note: str
    could: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`people` who could take it first, some at most."""

    text: str
    people: Sequence[Person] = ()


def why_waiting(ticket: Ticket) -> Why | None:
    """None for what somebody has, or what needs nobody now. Some eight small queries."""
    if ticket.status != Status.OPEN or ticket.assignee_id or ticket.snoozed_until:
        return None
    team = ticket.team
    if team is None:
        return Why(text="It has no team, so nobody is handed it. Give it a team, or take it.")
    agents = list(active_agents().filter(teams=team).exclude(role=Role.LIGHT).order_by("name", "id"))
    if not agents:
        return Why(text=f"{team} has no members who may answer.")
    duties = duties_of(agents)
    candidates = candidates_of(agents)
    ask = ask_of(ticket)
    people = [_person(agent, duties[agent.pk], candidates[agent.pk], ask) for agent in agents]
    fit = [agent for agent in agents if candidates[agent.pk].is_fit_for(ask)]
    here = [agent for agent in fit if duties[agent.pk] is Duty.HERE]
    free = [agent for agent in here if candidates[agent.pk].has_room_for(ask)]
    ordered = sorted(people, key=lambda person: not person.could)
    return Why(text=text_of(team, ticket.skills, fit=len(fit), here=len(here), free=len(free)), people=ordered[:_SHOWN])


def text_of(team: Team, skills: Sequence[str], *, fit: int, here: int, free: int) -> str:
    """Of the team so many are fit for it, of them so many are here, of them so many have room."""
    if not fit and skills:
        return f"Nobody in {team} is skilled in {', '.join(skills)}."
    if not fit:
        return f"Nobody in {team} may see its inbox."
    if team.strategy == TeamStrategy.MANUAL:
        return f"{team} hands nothing out: somebody takes it."
    if not here:
        return "Nobody who could take it is here now."
    if not free:
        return "Everybody who could take it has as much as they hold."
    return "It is about to be handed out."


def _person(agent: Agent, duty: Duty, candidate: Candidate, ask: Waiting) -> Person:
    could = duty is Duty.HERE and candidate.can_take(ask)
    note = _note(duty, candidate, ask)
    return Person(agent_id=agent.pk, name=str(agent), note=note, could=could)


def _note(duty: Duty, candidate: Candidate, ask: Waiting) -> str:
    lacking = [name for name, level in ask.skills.items() if candidate.skills.get(name, 0) < level]
    if lacking:
        return f"lacks {', '.join(lacking)}"
    if ask.inbox_id in candidate.hidden_inbox_ids:
        return "may not see this inbox"
    if duty is not Duty.HERE:
        return str(duty.value)
    room = "free" if candidate.has_room_for(ask) else "full"
    return f"{room}, {candidate.load} of {candidate.capacity}"
