"""Taking the next by hand, and why a ticket waits."""

from __future__ import annotations

from typing import Any

import pytest

from core.clock import now
from core.errors import NotAllowed, NotFound
from people.models import Agent, Availability, Role, Team
from routing.selectors import situation
from routing.selectors.situation import why_in_short
from routing.selectors.waiting import why_waiting
from routing.services.taking import take_next
from tests.desk import a_team, an_agent, an_inbox, customer_writes, rule_actor
from tickets.models import Inbox, Ticket
from tickets.services import changes, skills


@pytest.fixture
def ada(db: None) -> Agent:
    return an_agent("Ada One", is_online=True, capacity=3)


@pytest.fixture
def team(ada: Agent) -> Team:
    return a_team("Front", ada)


@pytest.fixture
def inbox(team: Team) -> Inbox:
    return an_inbox(default_team=team)


def test_agent_takes_the_first_of_the_queue_whatever_they_hold(inbox: Inbox, ada: Agent) -> None:
    Agent.objects.filter(pk=ada.pk).update(capacity=0)
    oldest, urgent = customer_writes(inbox), customer_writes(inbox)
    Ticket.objects.filter(pk=urgent.pk).update(priority="urgent")
    assert [take_next(ada).pk, take_next(ada).pk] == [urgent.pk, oldest.pk]
    with pytest.raises(NotFound, match="Nothing waits"):
        take_next(ada)


def test_agent_takes_only_what_they_may_see_and_can_do(ada: Agent, team: Team) -> None:
    other, private, teamless = an_inbox(default_team=a_team("Second")), an_inbox(is_private=True), an_inbox()
    asking = customer_writes(an_inbox(default_team=team))
    skills.require_skills(asking, skills=["german:2"], actor=rule_actor())
    for inbox in (other, private):
        customer_writes(inbox)
    with pytest.raises(NotFound):
        take_next(ada)
    of_no_team = customer_writes(teamless)
    assert take_next(ada).pk == of_no_team.pk
    Agent.objects.filter(pk=ada.pk).update(skills=["german:3"])
    ada.refresh_from_db()
    assert take_next(ada).pk == asking.pk


def test_manager_of_no_team_takes_from_all_and_a_light_agent_from_none(inbox: Inbox) -> None:
    ticket = customer_writes(inbox)
    with pytest.raises(NotAllowed):
        take_next(an_agent("Lia", role=Role.LIGHT))
    assert take_next(an_agent("Mona", role=Role.MANAGER)).pk == ticket.pk


def said(ticket: Ticket) -> tuple[str, list[str]]:
    why = why_waiting(Ticket.objects.get(pk=ticket.pk))
    assert why is not None
    return why.text, [f"{person.name}: {person.note}" for person in why.people]


def test_ticket_says_why_it_waits_and_who_could_take_it(inbox: Inbox, team: Team, ada: Agent) -> None:
    bob = an_agent("Bob Two", is_online=True, availability=Availability.AWAY, skills=["german"])
    team.members.add(bob)
    ticket = customer_writes(inbox)
    assert said(ticket) == (
        "Front hands nothing out: somebody takes it.",
        ["Ada One: free, 0 of 3", "Bob Two: away"],
    )
    Team.objects.update(strategy="round_robin")
    assert said(ticket)[0] == "It is about to be handed out."
    Agent.objects.filter(pk=ada.pk).update(capacity=0)
    assert said(ticket) == (
        "Everybody who could take it has as much as they hold.",
        ["Ada One: full, 0 of 0", "Bob Two: away"],
    )
    skills.require_skills(ticket, skills=["german"], actor=rule_actor())
    assert said(ticket) == (
        "Nobody who could take it is here now.",
        ["Ada One: lacks german", "Bob Two: away"],
    )
    skills.require_skills(ticket, skills=["legal"], actor=rule_actor())
    assert said(ticket)[0] == "Nobody in Front is skilled in german, legal."


def test_ticket_of_nobodys_team_says_so(inbox: Inbox, team: Team) -> None:
    ticket = customer_writes(inbox)
    team.members.clear()
    assert said(ticket)[0] == "Front has no members who may answer."
    changes.assign_team(ticket, team=None, actor=rule_actor())
    assert said(ticket)[0].startswith("It has no team")


@pytest.mark.parametrize("state", [{"assignee": "ada"}, {"status": "pending"}, {"snoozed_until": now()}])
def test_ticket_that_waits_for_no_agent_says_nothing(inbox: Inbox, ada: Agent, state: dict[str, object]) -> None:
    ticket = customer_writes(inbox)
    Ticket.objects.filter(pk=ticket.pk).update(**{**state, **({"assignee": ada} if "assignee" in state else {})})
    assert why_waiting(Ticket.objects.get(pk=ticket.pk)) is None


def test_row_of_a_list_says_the_same_in_short_without_a_question_of_its_own(
    inbox: Inbox, team: Team, ada: Agent, django_assert_num_queries: Any
) -> None:
    manual = a_team("By hand", an_agent("Zoe"))
    asking, plain, taken = (customer_writes(inbox) for _ in range(3))
    skills.require_skills(asking, skills=["german"], actor=rule_actor())
    changes.assign(taken, agent=ada, actor=rule_actor())
    homeless, alone = customer_writes(an_inbox()), customer_writes(an_inbox(default_team=manual))
    empty = customer_writes(an_inbox(default_team=a_team("Empty", strategy="round_robin")))
    Team.objects.filter(pk=team.pk).update(strategy="round_robin")
    rows = list(Ticket.objects.in_bulk([row.pk for row in (asking, plain, taken, homeless, alone, empty)]).values())
    situation.forget()
    situation.situation()
    with django_assert_num_queries(0):
        told = {row.pk: why_in_short(row) for row in rows}
    assert [told[row.pk][0] for row in (asking, plain, taken, homeless, alone, empty)] == [
        "nobody fits", "", "", "no team", "", "no members",
    ]  # fmt: skip
    for row in (asking, plain, alone, empty):
        full = why_waiting(Ticket.objects.get(pk=row.pk))
        assert full is not None
        assert full.text == told[row.pk][1]
    shorts = []
    for change in ({"capacity": 1}, {"last_seen_at": None}):
        Agent.objects.filter(pk=ada.pk).update(**change)
        situation.forget()
        shorts.append(why_in_short(Ticket.objects.get(pk=plain.pk))[0])
    assert shorts == ["all full", "nobody here"]
