"""Looks, every quarter of an hour, at who is on duty and how much they have; what is found is kept as facts.

`on_duty`: an agent who was there, or should have been by their shift. `state` says how they were found: available or
busy (at work), away (connected, but away from the work), absent (not connected). The agent counts in the team of most
of their open tickets, else in their first team, so that teams add up to the desk. `held`: how much of their capacity
an available agent used, in percent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from core.clock import now
from core.events.bus import unit_of_work
from people.models import Agent, Availability, Role, Team
from people.selectors.agents import ONLINE_WITHIN, active_agents
from routing.models import Shift, StaffingLook
from routing.selectors.duty import plan_of
from sla.models import Fact, FactKind
from sla.services import desk_facts
from tickets.selectors.workload import open_load, teams_worked_for

EVERY = timedelta(minutes=15)
# A look that comes later than this says nothing about its quarter any more, which stays without one.
LATEST = timedelta(minutes=5)

AVAILABLE, BUSY, AWAY, ABSENT = "available", "busy", "away", "absent"
_AT_WORK = {Availability.AVAILABLE: AVAILABLE, Availability.BUSY: BUSY, Availability.AWAY: AWAY}


def look() -> int | None:
    """How many agents were found; None when this quarter has been looked at, or is over but for its rest."""
    at = now()
    quarter = quarter_of(at)
    if at - quarter > LATEST:
        return None
    with unit_of_work():
        # The row is the claim: whoever comes second finds it there.
        _, is_first = StaffingLook.objects.get_or_create(at=quarter, defaults={"agents": 0})
        if not is_first:
            return None
        agents = list(active_agents().exclude(role=Role.LIGHT).order_by("id"))
        found = list(_found(agents, at))
        desk_facts.record(_facts(found, quarter))
        StaffingLook.objects.filter(at=quarter).update(agents=len(found))
    return len(found)


def quarter_of(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


Found = tuple[Agent, str, bool]


def _found(agents: Sequence[Agent], at: datetime) -> Iterator[Found]:
    """(agent, state, whether they were to be there) of those who were there or were to be."""
    plan = plan_of(agents, at)
    on_shift = set(Shift.objects.values_list("agent_id", flat=True)) - plan.off_shift - set(plan.leave_ends)
    for agent in agents:
        is_planned = agent.pk in on_shift
        is_connected = agent.last_seen_at is not None and agent.last_seen_at >= at - ONLINE_WITHIN
        state = _AT_WORK[Availability(agent.availability)] if is_connected else ABSENT
        if is_planned or state in (AVAILABLE, BUSY):
            yield agent, state, is_planned


def _facts(found: Sequence[Found], at: datetime) -> Iterator[Fact]:
    ids = [agent.pk for agent, _, _ in found]
    load, teams = open_load(ids), _teams_of(ids)
    for agent, state, is_planned in found:
        data = {"state": state, "is_planned": is_planned}
        team_id = teams.get(agent.pk)
        yield Fact(kind=FactKind.ON_DUTY, at=at, agent_id=agent.pk, team_id=team_id, data=data)
        if state == AVAILABLE and agent.capacity:
            percent = round(100 * load[agent.pk] / agent.capacity, 1)
            yield Fact(kind=FactKind.HELD, at=at, agent_id=agent.pk, team_id=team_id, data={"percent": percent})


def _teams_of(agent_ids: Sequence[int]) -> dict[int, int]:
    pairs: Iterable[tuple[int, int]] = (
        Team.members.through.objects.filter(agent__in=agent_ids, team__is_active=True)
        .order_by("-team__name")
        .values_list("agent_id", "team_id")
    )
    members = list(pairs)
    worked_for = teams_worked_for(agent_ids)
    return dict(members) | {agent: team for agent, team in worked_for.items() if (agent, team) in set(members)}
