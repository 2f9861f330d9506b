"""The guard that keeps rules from going round."""

from __future__ import annotations

from routing.loops import MAX_DEPTH, Trace, actor_of, may_react, trace_of


def test_a_rule_never_reacts_to_its_own_effect() -> None:
    assert not may_react(1, Trace(frozenset({1}), 1))
    assert may_react(2, Trace(frozenset({1}), 1))


def test_a_chain_of_rules_ends() -> None:
    assert may_react(9, Trace(frozenset({1}), MAX_DEPTH - 1))
    assert not may_react(9, Trace(frozenset({1}), MAX_DEPTH))


def test_the_trail_survives_the_journal() -> None:
    actor = actor_of(7, "Escalate", Trace(frozenset({3}), 1))
    assert (actor.cause, actor.depth) == ("rule:3,7", 2)
    assert trace_of(actor.cause, actor.depth) == Trace(frozenset({3, 7}), 2)
    assert trace_of("import", 0) == Trace()
