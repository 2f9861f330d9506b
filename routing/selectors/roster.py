"""The agents of a team who can be given work now, with their load, turn, skills and blind spots."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Exists, OuterRef, QuerySet

from people.models import Agent, Role, Team, TeamStrategy
from people.selectors.agents import online_agents
from routing.assignment import Candidate, Roster
from routing.models import Turn
from tickets.models import Inbox
from tickets.selectors.workload import open_load, waiting_tickets


def roster_of(team: Team) -> Roster:
    """Five small queries, whatever the number of tickets."""
    agents = list(online_agents().filter(teams=team).exclude(role=Role.LIGHT).order_by("id"))
    ids = [agent.pk for agent in agents]
    load = open_load(ids)
    turns = dict(Turn.objects.filter(team=team, agent_id__in=ids).values_list("agent_id", "number"))
    hidden = _hidden_inboxes(agents)
    return Roster.of(
        team.strategy,
        (
            Candidate(
                agent_id=agent.pk,
                load=load[agent.pk],
                capacity=agent.capacity,
                turn=turns.get(agent.pk, 0),
                skills=frozenset(agent.skills),
                hidden_inbox_ids=hidden[agent.pk],
            )
            for agent in agents
        ),
    )


def teams_with_waiting() -> QuerySet[Team]:
    """Teams that hand out by themselves and have a ticket that nobody owns: none, in a quiet moment."""
    waiting = waiting_tickets(OuterRef("pk")).order_by()
    return Team.objects.filter(Exists(waiting), is_active=True).exclude(strategy=TeamStrategy.MANUAL).order_by("id")


def _hidden_inboxes(agents: list[Agent]) -> dict[int, frozenset[int]]:
    """Private inboxes that an agent may not see; managers and admins see all."""
    private = frozenset(Inbox.objects.filter(is_private=True).values_list("pk", flat=True))
    if not private:
        return {agent.pk: frozenset() for agent in agents}
    seen: dict[int, set[int]] = defaultdict(set)
    rows = Inbox.objects.filter(pk__in=private, teams__members__in=agents).values_list("teams__members", "pk")
    for agent_id, inbox_id in rows:
        seen[agent_id].add(inbox_id)
    return {agent.pk: frozenset() if agent.sees_everything else private - seen[agent.pk] for agent in agents}
