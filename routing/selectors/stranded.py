"""Waiting tickets that nobody could ever be handed or take as the desk is set up, and what to change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count

from core.clock import now
from people.models import Agent, Role, Team
from people.selectors.agents import active_agents
from routing.assignment import Candidate, Waiting, levels_of
from routing.models import Absence, Shift
from routing.selectors.floor import candidates_of, handing_out
from sla.models import OpenInterval
from tickets.models import Inbox
from tickets.selectors.workload import unowned_tickets

# Whoever works at no moment of the coming weeks is no hope for what waits now.
AHEAD = timedelta(days=14)

Obstacle = tuple[str, str]  # what is in the way, and what to change


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranded:
    """So many tickets of a team (None: of no team) have this in their way."""

    team: Team | None
    count: int
    why: str
    remedy: str


def stranded() -> list[Stranded]:
    """Some ten queries, whatever waits: tickets that ask for the same count as one."""
    waiting = unowned_tickets().order_by().values_list("team_id", "inbox_id", "skills").annotate(count=Count("id"))
    asks = [(team_id, inbox_id, tuple(skills), count) for team_id, inbox_id, skills, count in waiting]
    teams = {team.pk: team for team in Team.objects.filter(pk__in={ask[0] for ask in asks} - {None})}
    people = _people_of(list(teams))
    inboxes = Inbox.objects.defer("secrets").in_bulk({ask[1] for ask in asks})
    hands_out = bool(handing_out())
    found: Counter[tuple[int, Obstacle]] = Counter()
    for team_id, inbox_id, skills, count in asks:
        if team_id is None and not hands_out:
            continue  # a small desk without teams: everybody takes
        if obstacle := _obstacle(teams.get(team_id or 0), people, inboxes[inbox_id], skills):
            found[team_id or 0, obstacle] += count
    return [
        Stranded(team=teams.get(team_id), count=count, why=why, remedy=remedy)
        for (team_id, (why, remedy)), count in sorted(found.items(), key=lambda item: (item[0][0], -item[1]))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Who may answer in each team, and who of all works at some moment of the coming weeks."""

    members: dict[int, list[Candidate]]
    working: set[int]


def _obstacle(team: Team | None, people: _People, inbox: Inbox, skills: Sequence[str]) -> Obstacle | None:
    """None where somebody could take it one day."""
    if team is None:
        return "without a team", "give them a team by a rule or in their inbox's settings"
    if not team.is_active:
        return "the team is switched off", "give them to another team"
    members = people.members[team.pk]
    if not members:
        return "the team has no members who may answer", "add some under Settings, Teams"
    ask = Waiting(ticket_id=0, inbox_id=inbox.pk, skills=levels_of(skills))
    fit = {member.agent_id for member in members if member.is_fit_for(ask)}
    if not fit and skills:
        return f"nobody in the team is skilled in {', '.join(skills)}", "give somebody the skill under Settings, Agents"
    if not fit:
        return f"nobody in the team may see the inbox {inbox.name}", "name the team in the inbox's settings"
    if not fit & people.working:
        why = f"nobody in the team who could take them has a shift in the next {AHEAD.days} days"
        return why, "change a shift or a leave under Settings, Agents"
    return None


def _people_of(team_ids: Sequence[int]) -> _People:
    agents = list(active_agents().filter(teams__in=team_ids).exclude(role=Role.LIGHT).distinct())
    candidates = candidates_of(agents)
    members: dict[int, list[Candidate]] = defaultdict(list)
    pairs = Team.members.through.objects.filter(team__in=team_ids, agent__in=agents)
    for team_id, agent_id in pairs.values_list("team_id", "agent_id"):
        members[team_id].append(candidates[agent_id])
    return _People(members=members, working=_working(agents))


def _working(agents: Sequence[Agent]) -> set[int]:
    """Without a shift people work whenever they like; a leave counts when it covers all that time."""
    at = now()
    hours = dict(Shift.objects.filter(agent__in=agents).values_list("agent_id", "hours_id"))
    open_hours = OpenInterval.objects.filter(hours_id__in=set(hours.values()), starts_at__lt=at + AHEAD, ends_at__gt=at)
    opened = set(open_hours.values_list("hours_id", flat=True))
    away = Absence.objects.filter(agent__in=agents, first_day__lte=at.date(), last_day__gte=(at + AHEAD).date())
    on_leave = set(away.values_list("agent_id", flat=True))
    return {
        agent.pk
        for agent in agents
        if agent.pk not in on_leave and (agent.pk not in hours or hours[agent.pk] in opened)
    }
