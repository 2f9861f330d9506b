"""Hands waiting tickets to agents: a pull that runs after every freeing event, and by the clock.

One dispatcher works at a time, which makes fairness simple; it holds the lock for one small batch. What must hold
afterwards: nobody waits while an eligible agent has room, each ticket has one owner, and loads stay even.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence, Set

from celery.exceptions import SoftTimeLimitExceeded

from core.crashpoints import crashpoint
from core.db import lock, run
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM
from people.models import Agent, Team, TeamStrategy
from routing.assignment import Floor
from routing.models import Turn
from routing.selectors.floor import floor_of, handing_out, queue_of
from routing.services.offers import make_offers
from tickets.models import Ticket
from tickets.selectors.workload import unowned_tickets
from tickets.services import changes

logger = logging.getLogger(__name__)

BATCH = 25

_REASONS = {
    TeamStrategy.ROUND_ROBIN: "Round robin",
    TeamStrategy.LEAST_LOADED: "Least loaded",
    TeamStrategy.BALANCED: "Most room",
    TeamStrategy.SKILLED: "Most skilled",
}


def dispatch_all() -> int:
    """Hand out until nobody waits or nobody has room; returns how many tickets found an agent."""
    total, failed = 0, set[int]()
    while True:
        teams = handing_out()
        if not _somebody_waits(teams):
            return total
        before = len(failed)
        given, is_full = _dispatch_batch(teams, failed, size=BATCH)
        total += given
        # A whole batch that somebody else writes to now would be chosen over and over.
        if not is_full or not (given or len(failed) > before):
            return total


def _somebody_waits(teams: Sequence[Team]) -> bool:
    return bool(teams) and unowned_tickets().filter(team__in=teams).exists()


def _dispatch_batch(teams: Sequence[Team], failed: set[int], *, size: int) -> tuple[int, bool]:
    """How many found an agent, and whether more may be waiting. A ticket that cannot be handed out stops no other: its
    batch is done again one by one, and it joins those that have failed."""
    chosen: dict[int, int] = {}
    by_id = {team.pk: team for team in teams}
    try:
        with unit_of_work():
            run([lock("dispatch")])
            floor = floor_of(teams)
            chosen = _choose(teams, floor, size=size, without=failed)
            agents = Agent.objects.in_bulk(set(chosen.values()))
            waiting = _still_waiting(chosen)
            for ticket in waiting:
                reason = _reason(by_id[ticket.team_id or 0])
                changes.assign(ticket, agent=agents[chosen[ticket.pk]], reason=reason, actor=SYSTEM)
            _store_turns(floor, ((ticket.team_id or 0, chosen[ticket.pk]) for ticket in waiting))
            crashpoint("dispatch.assigned")
            make_offers([(ticket, chosen[ticket.pk], by_id[ticket.team_id or 0]) for ticket in waiting])
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        if not chosen:
            raise
        logger.exception("Tickets could not be handed out", extra={"tickets": sorted(chosen)})
        if size > 1:
            return _dispatch_each(teams, failed)
        failed.update(chosen)
        return 0, True
    crashpoint("dispatch.committed")
    return len(waiting), len(chosen) == size


def _dispatch_each(teams: Sequence[Team], failed: set[int]) -> tuple[int, bool]:
    given, is_full = 0, True
    for _ in range(BATCH):
        more, is_full = _dispatch_batch(teams, failed, size=1)
        given += more
        if not is_full:
            break
    return given, is_full


def _choose(teams: Sequence[Team], floor: Floor, *, size: int, without: Set[int]) -> dict[int, int]:
    """Agents by ticket for the first of the queue; whom nobody fits for never holds up those behind."""
    chosen: dict[int, int] = {}
    roomy = set(floor.teams_with_room())
    if not roomy:
        return chosen
    for ticket in queue_of([team for team in teams if team.pk in roomy]):
        if ticket.ticket_id in without:
            continue
        agent_id = floor.choose(ticket)
        if agent_id is not None:
            chosen[ticket.ticket_id] = agent_id
        if len(chosen) == size or not floor.has_room:
            break
    return chosen


def _still_waiting(chosen: dict[int, int]) -> list[Ticket]:
    """The chosen ones under their locks. What somebody writes to at this moment is left for the next dispatch."""
    rows = unowned_tickets().filter(pk__in=chosen, team__isnull=False).order_by("id")
    return list(rows.select_for_update(of=("self",), skip_locked=True))


def _store_turns(floor: Floor, served: Iterable[tuple[int, int]]) -> None:
    Turn.objects.bulk_create(
        [
            Turn(team_id=team_id, agent_id=agent_id, number=floor.rosters[team_id].turns[agent_id])
            for team_id, agent_id in sorted(set(served))
            if agent_id in floor.rosters[team_id].turns
        ],
        update_conflicts=True,
        unique_fields=["team", "agent"],
        update_fields=["number"],
    )


def _reason(team: Team) -> str:
    return f"{_REASONS[TeamStrategy(team.strategy)]} in {team.name}"
