"""Who works in which team and how much they hold, remembered for some seconds: a list says of each row why it waits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from people.models import Agent, Role, Team, TeamStrategy
from people.selectors.agents import active_agents
from routing.assignment import Candidate, Waiting, levels_of
from routing.selectors.duty import Duty, duties_of
from routing.selectors.floor import candidates_of
from routing.selectors.waiting import text_of
from tickets.models import Inbox, Status, Ticket
from tickets.selectors.rows import row_context

KEPT_SECONDS = 10.0

Words = tuple[str, str]  # some words that fit into a row, if it is worth them; and a sentence
_SAYS_NOTHING: Words = ("", "")


@dataclass(frozen=True, slots=True)
class Situation:
    teams: dict[int, Team]
    members: dict[int, list[Candidate]]
    here: frozenset[int]
    weights: dict[int, int]


_known: tuple[float, Situation] | None = None


def row_of(ticket: Ticket) -> dict[str, Any]:
    """What a row of a list shows, with why nobody has it."""
    short, sentence = why_in_short(ticket)
    return {**row_context(ticket), "wait": short, "wait_title": sentence}


def why_in_short(ticket: Ticket) -> Words:
    """As selectors/waiting.py says it in full, some seconds old; without a question of its own."""
    if ticket.status != Status.OPEN or ticket.assignee_id or ticket.snoozed_until:
        return _SAYS_NOTHING
    if ticket.team_id is None:
        return "no team", "It has no team, so nobody is handed it."
    now_is = situation()
    team = now_is.teams.get(ticket.team_id)
    if team is None:
        return _SAYS_NOTHING  # newer than what we remember
    members = now_is.members.get(team.pk, [])
    if not members:
        return "no members", f"{team} has no members who may answer."
    weight = now_is.weights.get(ticket.inbox_id, 1)
    ask = Waiting(ticket_id=ticket.pk, inbox_id=ticket.inbox_id, weight=weight, skills=levels_of(ticket.skills))
    fit = [member for member in members if member.is_fit_for(ask)]
    here = [member for member in fit if member.agent_id in now_is.here]
    free = [member for member in here if member.has_room_for(ask)]
    sentence = text_of(team, ticket, fit=len(fit), here=len(here), free=len(free))
    return _short(fit=len(fit), here=len(here), free=len(free), by_hand=team.strategy == TeamStrategy.MANUAL), sentence


def _short(*, fit: int, here: int, free: int, by_hand: bool) -> str:
    if not fit:
        return "nobody fits"
    if by_hand:
        return ""
    if not here:
        return "nobody here"
    return "" if free else "all full"


def situation() -> Situation:
    """Some ten small queries at most every ten seconds per process."""
    global _known
    if _known is None or time.monotonic() - _known[0] > KEPT_SECONDS:
        _known = (time.monotonic(), _look())
    return _known[1]


def forget() -> None:
    """A test begins."""
    global _known
    _known = None


def _look() -> Situation:
    teams = {team.pk: team for team in Team.objects.all()}
    pairs = list(Team.members.through.objects.values_list("team_id", "agent_id"))
    agents: list[Agent] = list(active_agents().filter(pk__in={agent for _, agent in pairs}).exclude(role=Role.LIGHT))
    candidates, duties = candidates_of(agents), duties_of(agents)
    members: dict[int, list[Candidate]] = {}
    for team_id, agent_id in pairs:
        if agent_id in candidates:
            members.setdefault(team_id, []).append(candidates[agent_id])
    return Situation(
        teams=teams,
        members=members,
        here=frozenset(agent_id for agent_id, duty in duties.items() if duty is Duty.HERE),
        weights=dict(Inbox.objects.values_list("pk", "weight")),
    )
