"""The agents who can be given work now, with their loads, turns, skills and blind spots; and the tickets that wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from people.models import Agent, Role, Team, TeamStrategy
from people.selectors.agents import active_teams, online_agents
from routing.assignment import Candidate, Floor, Roster, Waiting, levels_of
from routing.models import Offer, OfferEnd, Turn
from routing.selectors.duty import agents_on_duty
from tickets.models import Inbox, Ticket
from tickets.selectors.workload import last_assignees, open_load, waiting_tickets

_CHUNK = 500
_ASKED = ("pk", "contact_id", "team_id", "inbox_id", "inbox__weight", "skills")


def handing_out() -> list[Team]:
    """The teams that hand out by themselves."""
    return list(active_teams().exclude(strategy=TeamStrategy.MANUAL).order_by("id"))


def floor_of(teams: Sequence[Team]) -> Floor:
    """Some eight small queries, whatever the number of teams and tickets."""
    found = online_agents().filter(teams__in=teams).exclude(role=Role.LIGHT).distinct().order_by("id")
    agents = agents_on_duty(list(found))
    return Floor(rosters=rosters_of(teams, agents), agents=candidates_of(agents))


def candidates_of(agents: Sequence[Agent]) -> dict[int, Candidate]:
    load = open_load([agent.pk for agent in agents])
    hidden = _hidden_inboxes(agents)
    return {
        agent.pk: Candidate(
            agent_id=agent.pk,
            load=load[agent.pk],
            capacity=agent.capacity,
            skills=levels_of(agent.skills),
            hidden_inbox_ids=hidden[agent.pk],
        )
        for agent in agents
    }


def rosters_of(teams: Sequence[Team], agents: Sequence[Agent]) -> dict[int, Roster]:
    members: dict[int, list[int]] = defaultdict(list)
    pairs = Team.members.through.objects.filter(team__in=teams, agent__in=agents).order_by("agent_id")
    for team_id, agent_id in pairs.values_list("team_id", "agent_id"):
        members[team_id].append(agent_id)
    turns: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Turn.objects.filter(team__in=teams, agent__in=agents).values_list("team_id", "agent_id", "number")
    for team_id, agent_id, number in rows:
        turns[team_id][agent_id] = number
    return {
        team.pk: Roster(
            strategy=team.strategy,
            member_ids=members[team.pk],
            turns=turns[team.pk],
            prefers_last_agent=team.prefers_last_agent,
        )
        for team in teams
    }


def queue_of(teams: Sequence[Team]) -> Iterator[Waiting]:
    """What waits in these teams, first of the queue first, in chunks: whoever stops early reads no more."""
    prefer_last = {team.pk for team in teams if team.prefers_last_agent}
    waiting = waiting_tickets([team.pk for team in teams])
    # Columns instead of rows of the model: where nobody is fit, the whole queue is read each time.
    rows = waiting.values_list(*_ASKED).iterator(chunk_size=_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        yield from _asks(chunk, prefer_last)


def _asks(rows: Sequence[tuple[Any, ...]], prefer_last: Collection[int]) -> Iterator[Waiting]:
    returning = {contact_id for _, contact_id, team_id, *_ in rows if team_id in prefer_last}
    last = last_assignees(returning) if returning else {}
    missed = missed_by([ticket_id for ticket_id, *_ in rows])
    for ticket_id, contact_id, team_id, inbox_id, weight, skills in rows:
        yield Waiting(
            ticket_id=ticket_id,
            team_id=team_id,
            inbox_id=inbox_id,
            weight=weight,
            skills=levels_of(skills),
            last_agent_id=last.get(contact_id),
            missed_by=frozenset(missed[ticket_id]),
        )


def ask_of(ticket: Ticket) -> Waiting:
    return Waiting(
        ticket_id=ticket.pk,
        team_id=ticket.team_id or 0,
        inbox_id=ticket.inbox_id,
        weight=ticket.inbox.weight,
        skills=levels_of(ticket.skills),
    )


def missed_by(ticket_ids: Collection[int]) -> dict[int, set[int]]:
    """Who let each of these ring out."""
    rows = Offer.objects.filter(ticket_id__in=ticket_ids, ended_by=OfferEnd.MISSED).values_list("ticket_id", "agent_id")
    missed: dict[int, set[int]] = defaultdict(set)
    for ticket_id, agent_id in rows:
        missed[ticket_id].add(agent_id)
    return missed


def _hidden_inboxes(agents: Sequence[Agent]) -> dict[int, frozenset[int]]:
    """Private inboxes that an agent may not see; managers and admins see all."""
    private = frozenset(Inbox.objects.filter(is_private=True).values_list("pk", flat=True))
    if not private:
        return {agent.pk: frozenset() for agent in agents}
    seen: dict[int, set[int]] = defaultdict(set)
    rows = Inbox.objects.filter(pk__in=private, teams__members__in=agents).values_list("teams__members", "pk")
    for agent_id, inbox_id in rows:
        seen[agent_id].add(inbox_id)
    return {agent.pk: frozenset() if agent.sees_everything else private - seen[agent.pk] for agent in agents}
