"""Open lists are told when tickets wait for another reason than before."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from core.events.catalogue import WaitReasonChanged
from people.models import Agent, Availability, Team
from people.services.agents import set_availability
from routing.selectors import situation
from routing.selectors.situation import why_in_short
from routing.services import telling
from routing.tasks import sweep_routing
from tests.desk import a_team, an_agent, an_inbox, customer_writes, rule_actor
from tickets.models import Ticket
from tickets.services import changes, skills


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """What was told so far: the short words, and of which tickets."""
    cache.clear()
    found: list[tuple[str, list[int]]] = []

    def note(event: WaitReasonChanged) -> None:
        found.append((event.short, list(event.ticket_ids)))

    monkeypatch.setattr(telling, "publish", note)
    return found


@pytest.fixture
def ada(db: None) -> Agent:
    return an_agent("Ada One", is_online=True, capacity=0)


@pytest.fixture
def team(ada: Agent) -> Team:
    return a_team("Front", ada, strategy="round_robin")


def test_reason_is_told_once_of_all_that_ask_for_the_same(
    team: Team, ada: Agent, told: list[tuple[str, list[int]]]
) -> None:
    inbox = an_inbox(default_team=team)
    first, second, asking = (customer_writes(inbox) for _ in range(3))
    skills.require_skills(asking, skills=["german"], actor=rule_actor())
    assert telling.tell() == 2
    assert sorted(told) == [("all full", [second.pk, first.pk]), ("nobody fits", [asking.pk])]
    assert telling.tell() == 0, "nothing is different"
    set_availability(ada, availability=Availability.AWAY)
    assert telling.tell() == 1
    assert told[2:] == [("nobody here", [second.pk, first.pk])]


def test_row_that_is_drawn_after_it_was_told_says_the_same_in_every_process(
    team: Team, ada: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = customer_writes(an_inbox(default_team=team))
    situation.forget()
    assert why_in_short(ticket)[0] == "all full"
    before = situation._known
    Agent.objects.update(last_seen_at=None)
    telling.tell()
    monkeypatch.setattr(situation, "ASKED_SECONDS", 0.0)
    monkeypatch.setattr(situation, "_known", before)
    assert why_in_short(ticket)[0] == "nobody here"


def test_sweep_finds_who_is_free_again_and_forgets_what_waits_no_more(
    team: Team, ada: Agent, told: list[tuple[str, list[int]]], django_assert_num_queries: Any
) -> None:
    ticket = customer_writes(an_inbox(default_team=team))
    by_hand = customer_writes(an_inbox(default_team=a_team("By hand", ada)))
    sweep_routing()
    assert told == [("all full", [ticket.pk])]
    Agent.objects.update(capacity=5)
    sweep_routing()
    assert Ticket.objects.get(pk=ticket.pk).assignee == ada
    assert Ticket.objects.get(pk=by_hand.pk).assignee is None
    with django_assert_num_queries(1):
        assert telling.tell() == 0
    changes.assign(ticket, agent=None, actor=rule_actor())
    Agent.objects.update(capacity=0)
    telling.tell()
    assert told[1:] == [("all full", [ticket.pk])]


def test_rows_of_a_list_wait_once_for_a_redis_that_hangs(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = customer_writes(an_inbox(default_team=team))
    # What is remembered by a clock of our own must not outlive this test.
    monkeypatch.setattr(situation, "_known", None)
    why_in_short(ticket)
    seconds, asked = [1000.0], []

    class Hangs:
        """Answers nothing, after the two seconds that the cache allows it."""

        def get(self, key: str) -> None:
            asked.append(key)
            seconds[0] += 2

    monkeypatch.setattr(situation, "cache", Hangs())
    monkeypatch.setattr("routing.selectors.situation.time.monotonic", lambda: seconds[0])
    situation.look()
    seconds[0] += situation.ASKED_SECONDS
    asked.clear()
    for _ in range(50):
        why_in_short(ticket)
    assert len(asked) == 1
