"""Who gets which ticket: the invariants of fairness, on plain data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.assignment import LEAST_LOADED, ROUND_ROBIN, Candidate, Roster, Waiting

SKILLS = st.frozensets(st.sampled_from(["german", "billing", "legal"]), max_size=2)
STRATEGIES = st.sampled_from([ROUND_ROBIN, LEAST_LOADED])


@st.composite
def rosters(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 5))
    return [
        Candidate(
            agent_id=number,
            load=draw(st.integers(0, 6)),
            capacity=draw(st.integers(0, 6)),
            turn=draw(st.integers(0, 3)),
            skills=draw(SKILLS),
            hidden_inbox_ids=frozenset(draw(st.sets(st.sampled_from([1, 2]), max_size=1))),
        )
        for number in range(count)
    ]


tickets = st.lists(st.tuples(st.sampled_from([1, 2]), SKILLS), max_size=15)


@given(STRATEGIES, rosters(), tickets)
def test_nobody_waits_while_an_eligible_agent_has_room(
    strategy: str, agents: list[Candidate], asked: list[tuple[int, frozenset[str]]]
) -> None:
    roster = Roster.of(strategy, agents)
    for number, (inbox_id, skills) in enumerate(asked):
        ticket = Waiting(ticket_id=number, inbox_id=inbox_id, skills=skills)
        before = dict(roster.agents)
        chosen = roster.choose(ticket)
        if chosen is None:
            assert not any(agent.can_take(ticket) for agent in before.values())
        else:
            assert before[chosen].can_take(ticket)
            assert roster.agents[chosen].load == before[chosen].load + 1 <= before[chosen].capacity


@given(st.integers(1, 6), st.integers(0, 30))
def test_equal_agents_end_with_loads_that_differ_by_one_at_most(count: int, asked: int) -> None:
    for strategy in (ROUND_ROBIN, LEAST_LOADED):
        agents = (Candidate(agent_id=number, load=0, capacity=100) for number in range(count))
        roster = Roster.of(strategy, agents)
        for number in range(asked):
            roster.choose(Waiting(ticket_id=number))
        loads = [agent.load for agent in roster.agents.values()]
        assert max(loads) - min(loads) <= 1


def test_round_robin_goes_on_where_it_stopped_whatever_the_loads() -> None:
    busy = Candidate(agent_id=1, load=9, capacity=20, turn=4)
    idle = Candidate(agent_id=2, load=0, capacity=20, turn=5)
    roster = Roster.of(ROUND_ROBIN, [busy, idle])
    assert [roster.choose(Waiting(ticket_id=number)) for number in range(3)] == [1, 2, 1]


def test_least_loaded_levels_the_loads_first() -> None:
    busy = Candidate(agent_id=1, load=2, capacity=20)
    idle = Candidate(agent_id=2, load=0, capacity=20)
    roster = Roster.of(LEAST_LOADED, [busy, idle])
    assert [roster.choose(Waiting(ticket_id=number)) for number in range(4)] == [2, 2, 1, 2]
