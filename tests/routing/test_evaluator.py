"""Conditions over facts, and the guard that keeps rules from reacting to themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.evaluator import (
    CHOICE,
    MAX_RULE_DEPTH,
    OPERATORS,
    TEXT,
    FactValue,
    InvalidConditions,
    RuleCase,
    Trace,
    check,
    facts_used,
    holds,
    may_react,
    reacting_rules,
)

FACTS: dict[str, FactValue] = {
    "priority": "high",
    "team": 7,
    "tags": frozenset({"vip", "refund"}),
    "subject": "Refund for order 1043",
    "hours_open": 5,
    "assignee": None,
    "is_new": True,
}


def case(fact: str, operator: str, value: object = None) -> dict[str, Any]:
    return {"fact": fact, "op": operator, "value": value}


@pytest.mark.parametrize(
    "test",
    [
        case("priority", "is", "High"),
        case("priority", "is_not", "low"),
        case("priority", "in", ["high", "urgent"]),
        case("priority", "not_in", ["low"]),
        case("team", "is", "7"),
        case("team", "in", [7, 8]),
        case("tags", "is", "VIP"),
        case("tags", "contains", "refund"),
        case("tags", "not_contains", "spam"),
        case("tags", "is_set"),
        case("subject", "contains", "ORDER"),
        case("subject", "starts_with", "refund"),
        case("hours_open", "greater", 4),
        case("hours_open", "less", "5.5"),
        case("assignee", "is_not_set"),
        case("assignee", "is_not", 3),
        case("is_new", "is", True),
        case("unheard_of", "is_not_set"),
    ],
)
def test_a_test_that_fits_the_facts_holds(test: dict[str, Any]) -> None:
    assert holds(test, FACTS)


@pytest.mark.parametrize(
    "test",
    [
        case("priority", "is", "low"),
        case("assignee", "is", None),
        case("assignee", "in", []),
        case("subject", "contains", ""),
        case("subject", "starts_with", "order"),
        case("subject", "greater", 4),
        case("hours_open", "greater", 5),
        case("is_new", "is", False),
        case("is_new", "greater", 0),
    ],
)
def test_a_test_that_does_not_fit_the_facts_fails(test: dict[str, Any]) -> None:
    assert not holds(test, FACTS)


def test_groups_combine_as_their_names_say() -> None:
    yes, no = case("priority", "is", "high"), case("priority", "is", "low")
    assert holds({}, FACTS)
    assert holds({"all": [yes], "any": [no, yes], "none": [no]}, FACTS)
    assert not holds({"all": [yes, no]}, FACTS)
    assert not holds({"any": [no, no]}, FACTS)
    assert not holds({"all": [yes], "none": [yes]}, FACTS)
    assert holds({"any": [{"all": [yes, no]}, {"none": [no]}]}, FACTS)


def test_an_empty_any_is_no_obstacle() -> None:
    assert holds({"any": [], "all": [case("team", "is", 7)]}, FACTS)


@given(
    st.recursive(
        st.sampled_from(sorted(FACTS)).map(lambda f: case(f, "is_set")),
        lambda inner: st.fixed_dictionaries({"all": st.lists(inner, max_size=3), "none": st.lists(inner, max_size=3)}),
        max_leaves=8,
    )
)
def test_a_negated_condition_holds_exactly_when_it_does_not(conditions: dict[str, Any]) -> None:
    assert holds({"none": [conditions]}, FACTS) is not holds(conditions, FACTS)
    assert facts_used(conditions) <= FACTS.keys()


@given(
    st.sampled_from(sorted(OPERATORS)),
    st.sampled_from(sorted(FACTS)),
    st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text())),
)
def test_no_operator_raises_on_a_value_that_passed_the_check(operator: str, fact: str, value: object) -> None:
    test = case(fact, operator, value)
    try:
        check(test, {fact: OPERATORS.keys()})
    except InvalidConditions:
        return
    assert holds(test, FACTS) in {True, False}


@pytest.mark.parametrize(
    ("conditions", "path"),
    [
        ([], ""),
        ({"some": []}, "/some"),
        ({"all": "priority"}, "/all"),
        ({"all": [{"fact": "colour", "op": "is"}]}, "/all/0/fact"),
        ({"any": [{"fact": "priority", "op": "contains", "value": "x"}]}, "/any/0/op"),
        ({"none": [{"fact": "priority", "op": "in", "value": "high"}]}, "/none/0/value"),
        ({"none": [{"fact": "subject", "op": "contains", "value": ""}]}, "/none/0/value"),
    ],
)
def test_broken_conditions_are_refused_with_the_place(conditions: object, path: str) -> None:
    with pytest.raises(InvalidConditions) as refused:
        check(conditions, {"priority": CHOICE, "subject": TEXT})
    assert refused.value.path == path


def test_conditions_nested_too_deep_are_refused() -> None:
    conditions: dict[str, Any] = {"all": []}
    for _ in range(9):
        conditions = {"all": [conditions]}
    with pytest.raises(InvalidConditions, match="nest"):
        check(conditions, {})


def rule(number: int, conditions: Mapping[str, Any] | None = None, *, stops: bool = False) -> RuleCase:
    return RuleCase(number, "ticket_opened", conditions or {}, stops)


def test_rules_react_in_order_until_one_stops_the_rest() -> None:
    never = {"all": [case("priority", "is", "low")]}
    rules = [rule(1), rule(2, never, stops=True), rule(3, stops=True), rule(4)]
    assert [r.id for r in reacting_rules(rules, "ticket_opened", FACTS, Trace())] == [1, 3]
    assert reacting_rules(rules, "rating_given", FACTS, Trace()) == []


def test_a_rule_never_reacts_to_its_own_effect() -> None:
    assert not may_react(1, Trace(frozenset({1}), 1))
    assert may_react(2, Trace(frozenset({1}), 1))
    assert [r.id for r in reacting_rules([rule(1), rule(2)], "ticket_opened", FACTS, Trace(frozenset({1}), 1))] == [2]


def test_a_chain_of_rules_ends() -> None:
    assert may_react(9, Trace(frozenset({1}), MAX_RULE_DEPTH - 1))
    assert not may_react(9, Trace(frozenset({1}), MAX_RULE_DEPTH))
