"""Who works in which team and how much they hold, remembered for some seconds: a list says of each row why it waits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from people.models import Agent, Role, Team, TeamStrategy
from people.selectors.agents import active_agents
from routing.assignment import Candidate, Waiting, levels_of
from routing.selectors.duty import Duty, duties_of
from routing.selectors.floor import candidates_of
from routing.selectors.waiting import text_of
from tickets.models import Inbox, Status, Ticket
from tickets.selectors.rows import row_context

KEPT_SECONDS = 10.0
# So often a process asks whether another has seen that the desk is in another situation now.
ASKED_SECONDS = 0.25
_MARK = "routing:situation"

Words = tuple[str, str]  # some words that fit into a row, if it is worth them; and a sentence
_SAYS_NOTHING: Words = ("", "")


@dataclass(frozen=True, slots=True)
class Situation:
    teams: dict[int, Team]
    members: dict[int, list[Candidate]]
    here: frozenset[int]
    weights: dict[int, int]


@dataclass(slots=True)
class _Known:
    situation: Situation
    looked_at: float
    asked_at: float
    mark: object


_known: _Known | None = None


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
    return words_of(situation(), team_id=ticket.team_id, inbox_id=ticket.inbox_id, skills=ticket.skills)


def words_of(now_is: Situation, *, team_id: int, inbox_id: int, skills: Sequence[str]) -> Words:
    """What is said of every ticket that asks for the same."""
    team = now_is.teams.get(team_id)
    if team is None:
        return _SAYS_NOTHING  # newer than what we remember
    members = now_is.members.get(team.pk, [])
    if not members:
        return "no members", f"{team} has no members who may answer."
    weight = now_is.weights.get(inbox_id, 1)
    ask = Waiting(ticket_id=0, inbox_id=inbox_id, weight=weight, skills=levels_of(skills))
    fit = [member for member in members if member.is_fit_for(ask)]
    here = [member for member in fit if member.agent_id in now_is.here]
    free = [member for member in here if member.has_room_for(ask)]
    sentence = text_of(team, skills, fit=len(fit), here=len(here), free=len(free))
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
    """Some ten small queries every ten seconds per process, and when it has changed since."""
    at = time.monotonic()
    if _known is None or at - _known.looked_at > KEPT_SECONDS or _has_changed(_known, at):
        return look()
    return _known.situation


def look() -> Situation:
    """As it is now."""
    global _known
    at, mark = time.monotonic(), cache.get(_MARK)
    _known = _Known(_look(), looked_at=at, asked_at=time.monotonic(), mark=mark)
    return _known.situation


def note_change() -> None:
    """Every process looks anew before it next says why something waits."""
    cache.set(_MARK, time.time_ns(), timeout=None)


def _has_changed(known: _Known, at: float) -> bool:
    if at - known.asked_at < ASKED_SECONDS:
        return False
    mark = cache.get(_MARK)
    # From when it has answered: each row of a list would wait again for a Redis that hangs.
    known.asked_at = time.monotonic()
    return bool(mark != known.mark)


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
