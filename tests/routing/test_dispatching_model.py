"""Any order of arrivals, answers, absences and dispatches: nobody waits while somebody could take it, no one is served
twice, and nobody holds more than they can."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import now
from people.models import Agent, Availability, Contact, Team
from routing.selectors.floor import floor_of, handing_out, queue_of
from routing.services.dispatching import dispatch_all
from tests.desk import a_team, an_agent, an_inbox, rule_actor
from tickets.models import Inbox, Status, Ticket, TicketEvent
from tickets.services import changes

STEPS = st.one_of(
    st.tuples(st.just("arrive"), st.integers(0, 2), st.sampled_from([[], ["german"], ["german:2"]])),
    st.tuples(st.just("leave"), st.integers(0, 3)),
    st.tuples(st.just("come_back"), st.integers(0, 3)),
    st.tuples(st.just("hold"), st.integers(0, 3), st.integers(0, 4)),
    st.tuples(st.just("resolve"), st.integers(0, 9)),
    st.tuples(st.just("release"), st.integers(0, 9)),
    st.tuples(st.just("dispatch")),
)


class World:
    """Four agents in two overlapping teams, three inboxes of different weights."""

    def __init__(self) -> None:
        skills: list[list[str]] = [[], ["german"], ["german:2"], []]
        self.agents = [
            an_agent(f"Agent {number}", is_online=True, capacity=3, skills=known) for number, known in enumerate(skills)
        ]
        one = a_team("One", *self.agents[:3], strategy="least_loaded")
        two = a_team("Two", *self.agents[2:], strategy="skilled")
        rest = a_team("Three", self.agents[0], strategy="balanced", prefers_last_agent=True)
        teams = (one, two, rest)
        self.inboxes = [an_inbox(default_team=team, weight=number + 1) for number, team in enumerate(teams)]
        self.contact = Contact.objects.create(name="Rosa")

    def do(self, step: tuple[Any, ...]) -> None:
        getattr(self, step[0])(*step[1:])

    def arrive(self, inbox: int, skills: list[str]) -> None:
        home: Inbox = self.inboxes[inbox]
        values = {"channel": home.kind, "contact": self.contact, "team": home.default_team, "skills": skills}
        Ticket.objects.create(inbox=home, **values)

    def leave(self, agent: int) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(availability=Availability.AWAY)

    def come_back(self, agent: int) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(availability=Availability.AVAILABLE, last_seen_at=now())

    def hold(self, agent: int, capacity: int) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(capacity=capacity)

    def resolve(self, number: int) -> None:
        if ticket := self._owned(number):
            changes.set_status(ticket, status=Status.RESOLVED, actor=rule_actor())

    def release(self, number: int) -> None:
        if ticket := self._owned(number):
            changes.assign(ticket, agent=None, actor=rule_actor())

    def dispatch(self) -> None:
        before = {agent.agent_id: agent for agent in floor_of(handing_out()).agents.values()}
        dispatch_all()
        self.check(before)

    def check(self, before: dict[int, Any]) -> None:
        teams = list(Team.objects.all())
        floor = floor_of(teams)
        for ask in queue_of(teams):
            members = floor.rosters[ask.team_id].member_ids
            assert not any(floor.agents[agent_id].can_take(ask) for agent_id in members), ask
        for agent_id, agent in floor.agents.items():
            grew = agent.load > before[agent_id].load
            assert not grew or agent.load <= max(agent.capacity, 3), agent
        given_twice = TicketEvent.objects.filter(kind="TicketAssigned").order_by("ticket_id", "seq")
        owner: dict[int, int | None] = {}
        for event in given_twice:
            assert event.data["before"] == owner.get(event.ticket_id), "two owners at once"
            owner[event.ticket_id] = event.data["after"]

    def _owned(self, number: int) -> Ticket | None:
        owned = list(Ticket.objects.filter(assignee__isnull=False, status=Status.OPEN).order_by("id"))
        return owned[number % len(owned)] if owned else None


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
def test_nobody_waits_while_an_eligible_agent_has_room_whatever_happened(steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        world = World()
        for step in [*steps, ("dispatch",)]:
            world.do(step)
        transaction.set_rollback(True)
