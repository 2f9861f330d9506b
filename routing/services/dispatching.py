"""Hands waiting tickets to agents: a pull that runs after every freeing event, and by the clock.

One dispatcher works at a time, which makes fairness simple; it holds the lock for one small batch. What must hold
afterwards: nobody waits while an eligible agent has room, each ticket has one owner, and loads stay even.
"""

from __future__ import annotations

from core.db import lock, run
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM
from people.models import Agent, Team, TeamStrategy
from routing.assignment import Candidate, Roster, Waiting
from routing.models import Turn
from routing.selectors.roster import roster_of, teams_with_waiting
from tickets.models import Ticket
from tickets.selectors.workload import waiting_tickets
from tickets.services import changes

BATCH = 25

_REASONS = {TeamStrategy.ROUND_ROBIN: "Round robin", TeamStrategy.LEAST_LOADED: "Least loaded"}


def dispatch_all() -> int:
    """Serve every team where somebody waits; returns how many tickets found an agent."""
    return sum(dispatch_team(team) for team in teams_with_waiting())


def dispatch_team(team: Team) -> int:
    """Serve one team until nobody waits or nobody has room."""
    total = 0
    while True:
        given, is_full = _dispatch_batch(team)
        total += given
        # A whole batch that somebody else writes to now would be chosen over and over.
        if not given or not is_full:
            return total


def _dispatch_batch(team: Team) -> tuple[int, bool]:
    """How many found an agent, and whether more may be waiting."""
    with unit_of_work():
        run([lock("dispatch")])
        roster = roster_of(team)
        chosen = _choose(team, roster)
        agents = Agent.objects.in_bulk(set(chosen.values()))
        waiting = _still_waiting(team, chosen)
        for ticket in waiting:
            changes.assign(ticket, agent=agents[chosen[ticket.pk]], reason=_reason(team), actor=SYSTEM)
        _store_turns(team, roster, {chosen[ticket.pk] for ticket in waiting})
    return len(waiting), len(chosen) == BATCH


def _choose(team: Team, roster: Roster) -> dict[int, int]:
    """Agents by ticket for the first of the queue; whom nobody fits for never holds up those behind."""
    chosen: dict[int, int] = {}
    if not roster.has_room:
        return chosen
    for ticket in waiting_tickets(team.pk).only("id", "inbox_id", "skills").iterator(chunk_size=100):
        agent_id = roster.choose(_waiting(ticket))
        if agent_id is not None:
            chosen[ticket.pk] = agent_id
        if len(chosen) == BATCH or not roster.has_room:
            break
    return chosen


def _still_waiting(team: Team, chosen: dict[int, int]) -> list[Ticket]:
    """The chosen ones under their locks. What somebody writes to at this moment is left for the next dispatch."""
    return list(waiting_tickets(team.pk).filter(pk__in=chosen).select_for_update(of=("self",), skip_locked=True))


def _waiting(ticket: Ticket) -> Waiting:
    return Waiting(ticket_id=ticket.pk, inbox_id=ticket.inbox_id, skills=frozenset(ticket.skills))


def _store_turns(team: Team, roster: Roster, agent_ids: set[int]) -> None:
    served: list[Candidate] = [roster.agents[agent_id] for agent_id in agent_ids]
    Turn.objects.bulk_create(
        [Turn(team=team, agent_id=agent.agent_id, number=agent.turn) for agent in served],
        update_conflicts=True,
        unique_fields=["team", "agent"],
        update_fields=["number"],
    )


def _reason(team: Team) -> str:
    return f"{_REASONS[TeamStrategy(team.strategy)]} in {team.name}"
