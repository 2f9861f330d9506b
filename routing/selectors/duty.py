"""Whether an agent can be given work now, and if not, why: presence, status, shift and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from core.clock import now
from people.models import Agent, Availability
from people.selectors.agents import ONLINE_WITHIN
from routing.models import Absence, Shift
from sla.models import OpenInterval

_DAY = timedelta(days=1)


class Duty(Enum):
    HERE = "here"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"
    OFF_SHIFT = "off shift"
    ON_LEAVE = "on leave"


@dataclass(frozen=True, slots=True)
class Plan:
    """What was arranged for some agents: who is off shift now, and who is on leave until when."""

    off_shift: frozenset[int]
    leave_ends: dict[int, date]


def duties_of(agents: Sequence[Agent], at: datetime | None = None) -> dict[int, Duty]:
    """Three queries, whatever the number of agents."""
    at = at or now()
    plan = plan_of(agents, at)
    return {agent.pk: _duty(agent, plan, at) for agent in agents}


def agents_on_duty(agents: Sequence[Agent]) -> list[Agent]:
    duties = duties_of(agents)
    return [agent for agent in agents if duties[agent.pk] is Duty.HERE]


def plan_of(agents: Sequence[Agent], at: datetime) -> Plan:
    ids = [agent.pk for agent in agents]
    hours_of = dict(Shift.objects.filter(agent_id__in=ids).values_list("agent_id", "hours_id"))
    open_now = OpenInterval.objects.filter(hours_id__in=set(hours_of.values()), starts_at__lte=at, ends_at__gt=at)
    opened = set(open_now.values_list("hours_id", flat=True)) if hours_of else set()
    return Plan(
        off_shift=frozenset(agent_id for agent_id, hours_id in hours_of.items() if hours_id not in opened),
        leave_ends=_leave_ends(agents, at),
    )


def _leave_ends(agents: Sequence[Agent], at: datetime) -> dict[int, date]:
    """Days are the agent's own, and no time zone is more than a day away."""
    today = at.date()
    near = Absence.objects.filter(agent__in=agents, first_day__lte=today + _DAY, last_day__gte=today - _DAY)
    local = {agent.pk: at.astimezone(ZoneInfo(agent.time_zone)).date() for agent in agents}
    ends: dict[int, date] = {}
    for absence in near.only("agent_id", "first_day", "last_day"):
        if absence.first_day <= local[absence.agent_id] <= absence.last_day:
            ends[absence.agent_id] = max(absence.last_day, ends.get(absence.agent_id, absence.last_day))
    return ends


def _duty(agent: Agent, plan: Plan, at: datetime) -> Duty:
    if agent.pk in plan.leave_ends:
        return Duty.ON_LEAVE
    if agent.pk in plan.off_shift:
        return Duty.OFF_SHIFT
    if agent.availability == Availability.BUSY:
        return Duty.BUSY
    if agent.availability == Availability.AWAY:
        return Duty.AWAY
    if agent.last_seen_at is None or agent.last_seen_at < at - ONLINE_WITHIN:
        return Duty.OFFLINE
    return Duty.HERE
