"""Who gets which ticket: the invariants of fairness, on plain data."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.assignment import (
    BALANCED,
    LEAST_LOADED,
    ROUND_ROBIN,
    SKILLED,
    Candidate,
    Floor,
    Roster,
    Waiting,
    levels_of,
)

STRATEGIES = st.sampled_from([ROUND_ROBIN, LEAST_LOADED, BALANCED, SKILLED])
LEVELS = st.dictionaries(st.sampled_from(["german", "billing", "legal"]), st.integers(1, 3), max_size=2)
INBOXES = st.sampled_from([1, 2])


def one_team(strategy: str, *agents: Candidate, prefers_last_agent: bool = False, turns: Iterable[int] = ()) -> Floor:
    ids = [agent.agent_id for agent in agents]
    roster = Roster(
        strategy=strategy,
        member_ids=ids,
        turns=dict(zip(ids, turns, strict=False)),
        prefers_last_agent=prefers_last_agent,
    )
    return Floor(rosters={0: roster}, agents={agent.agent_id: agent for agent in agents})


def hand_out(floor: Floor, count: int) -> list[int | None]:
    return [floor.choose(Waiting(ticket_id=number)) for number in range(count)]


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """Some agents, in one team or both."""
    agents = {
        number: Candidate(
            agent_id=number,
            load=draw(st.integers(0, 6)),
            capacity=draw(st.integers(0, 6)),
            skills=draw(LEVELS),
            hidden_inbox_ids=frozenset(draw(st.sets(INBOXES, max_size=1))),
        )
        for number in range(draw(st.integers(0, 5)))
    }
    rosters = {
        team_id: Roster(
            strategy=draw(STRATEGIES),
            member_ids=sorted(draw(st.sets(st.sampled_from(sorted(agents)))) if agents else []),
            prefers_last_agent=draw(st.booleans()),
        )
        for team_id in (1, 2)
    }
    return Floor(rosters=rosters, agents=agents)


@st.composite
def tickets(draw: st.DrawFn) -> Waiting:
    return Waiting(
        ticket_id=draw(st.integers(1, 999)),
        team_id=draw(st.sampled_from([1, 2, 3])),
        inbox_id=draw(INBOXES),
        weight=draw(st.integers(1, 4)),
        skills=draw(LEVELS),
        last_agent_id=draw(st.none() | st.integers(0, 5)),
        missed_by=frozenset(draw(st.sets(st.integers(0, 5), max_size=2))),
    )


@given(floors(), st.lists(tickets(), max_size=15))
def test_nobody_waits_while_an_eligible_agent_has_room(floor: Floor, asked: list[Waiting]) -> None:
    for ticket in asked:
        before = dict(floor.agents)
        members = floor.rosters[ticket.team_id].member_ids if ticket.team_id in floor.rosters else []
        chosen = floor.choose(ticket)
        if chosen is None:
            assert not any(before[agent_id].can_take(ticket) for agent_id in members)
            continue
        assert chosen in members
        assert before[chosen].can_take(ticket)
        assert floor.agents[chosen].load == before[chosen].load + ticket.weight
        assert floor.agents[chosen].load <= max(before[chosen].capacity, ticket.weight)


@given(st.integers(1, 6), st.integers(0, 30), STRATEGIES)
def test_equal_agents_end_with_loads_that_differ_by_one_at_most(count: int, asked: int, strategy: str) -> None:
    floor = one_team(strategy, *(Candidate(agent_id=number, load=0, capacity=100) for number in range(count)))
    hand_out(floor, asked)
    loads = [agent.load for agent in floor.agents.values()]
    assert max(loads) - min(loads) <= 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 20)), min_size=1, max_size=6), st.integers(0, 40))
def test_balanced_never_leaves_anybody_more_than_one_ticket_fuller_than_a_colleague(
    agents: list[tuple[int, int]], asked: int
) -> None:
    crew = [Candidate(agent_id=number, load=0, capacity=capacity) for number, (_, capacity) in enumerate(agents)]
    floor = one_team(BALANCED, *crew)
    hand_out(floor, asked)
    for one in floor.agents.values():
        for other in floor.agents.values():
            if other.has_room:
                assert (one.load - 1) / one.capacity <= other.load / other.capacity


def test_round_robin_goes_on_where_it_stopped_whatever_the_loads() -> None:
    busy, idle = Candidate(agent_id=1, load=9, capacity=20), Candidate(agent_id=2, load=0, capacity=20)
    assert hand_out(one_team(ROUND_ROBIN, busy, idle, turns=(4, 5)), 3) == [1, 2, 1]


def test_least_loaded_levels_the_loads_first() -> None:
    busy, idle = Candidate(agent_id=1, load=2, capacity=20), Candidate(agent_id=2, load=0, capacity=20)
    assert hand_out(one_team(LEAST_LOADED, busy, idle), 4) == [2, 2, 1, 2]


def test_balanced_fills_everybody_by_the_same_share() -> None:
    part_time, full_time = Candidate(agent_id=1, load=0, capacity=2), Candidate(agent_id=2, load=0, capacity=6)
    floor = one_team(BALANCED, part_time, full_time)
    hand_out(floor, 4)
    assert (floor.agents[1].load, floor.agents[2].load) == (1, 3)


def test_most_skilled_takes_what_asks_for_it_and_the_freest_the_rest() -> None:
    novice = Candidate(agent_id=1, load=0, capacity=9, skills={"german": 1})
    expert = Candidate(agent_id=2, load=5, capacity=9, skills={"german": 3})
    floor = one_team(SKILLED, novice, expert)
    assert floor.choose(Waiting(ticket_id=1, skills={"german": 1})) == 2
    assert floor.choose(Waiting(ticket_id=2)) == 1


def test_level_that_nobody_has_waits() -> None:
    floor = one_team(SKILLED, Candidate(agent_id=1, load=0, capacity=9, skills={"german": 1}))
    assert floor.choose(Waiting(ticket_id=1, skills={"german": 2})) is None


def test_whoever_helped_last_is_asked_first_while_they_have_room() -> None:
    one, two = Candidate(agent_id=1, load=0, capacity=9), Candidate(agent_id=2, load=7, capacity=8)
    floor = one_team(LEAST_LOADED, one, two, prefers_last_agent=True)
    again = Waiting(ticket_id=1, last_agent_id=2)
    assert [floor.choose(again), floor.choose(again)] == [2, 1]


def test_chat_that_rang_out_goes_to_the_next_and_comes_back_when_there_is_no_other() -> None:
    one, two = Candidate(agent_id=1, load=0, capacity=9), Candidate(agent_id=2, load=5, capacity=9)
    floor = one_team(LEAST_LOADED, one, two)
    assert floor.choose(Waiting(ticket_id=1, missed_by=frozenset({1}))) == 2
    assert floor.choose(Waiting(ticket_id=2, missed_by=frozenset({1, 2}))) == 1


def test_heavy_ticket_finds_whoever_holds_nothing_and_nobody_who_is_half_full() -> None:
    floor = one_team(LEAST_LOADED, Candidate(agent_id=1, load=0, capacity=2), Candidate(agent_id=2, load=4, capacity=6))
    chat = Waiting(ticket_id=1, weight=3)
    assert [floor.choose(chat), floor.choose(chat)] == [1, None]


def test_agent_of_two_teams_has_one_load() -> None:
    both = Candidate(agent_id=1, load=0, capacity=1)
    rosters = {team_id: Roster(strategy=ROUND_ROBIN, member_ids=[1]) for team_id in (1, 2)}
    floor = Floor(rosters=rosters, agents={1: both})
    assert [floor.choose(Waiting(ticket_id=n, team_id=n)) for n in (1, 2)] == [1, None]
    assert not floor.has_room


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["german"], {"german": 1}),
        (["german:3", "german"], {"german": 3}),
        (["german:high"], {"german": 1}),
        ([], {}),
    ],
)
def test_skills_are_read_with_their_levels(written: list[str], meant: dict[str, int]) -> None:
    assert levels_of(written) == meant
