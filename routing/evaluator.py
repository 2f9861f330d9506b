"""Decide, from plain data, whether conditions hold and which rules react: no database, no settings, no clock.

Conditions are JSON: a group `{"all": [...]}`, `{"any": [...]}` or `{"none": [...]}` whose parts are groups
again, or tests `{"fact": "priority", "op": "is", "value": "high"}`. A group may carry several of the three;
all of them must hold. An empty condition always holds. Facts are gathered elsewhere and arrive as a mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FactValue = str | int | float | bool | None | frozenset[str]
Facts = Mapping[str, FactValue]

GROUPS = ("all", "any", "none")
MAX_NESTING = 5
MAX_RULE_DEPTH = 5


class InvalidConditions(ValueError):
    """The conditions cannot be understood; `path` points at the part, as in /any/2/op."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '/'}: {reason}")
        self.path = path
        self.reason = reason


def holds(conditions: Mapping[str, Any], facts: Facts) -> bool:
    """Whether the conditions hold for the facts; an unknown fact counts as not set."""
    if "fact" in conditions:
        return _test_holds(conditions, facts)
    parts = {group: conditions.get(group, ()) for group in GROUPS}
    return (
        all(holds(part, facts) for part in parts["all"])
        and (not parts["any"] or any(holds(part, facts) for part in parts["any"]))
        and not any(holds(part, facts) for part in parts["none"])
    )


def check(conditions: object, operators_by_fact: Mapping[str, Collection[str]], path: str = "", depth: int = 0) -> None:
    """Raise `InvalidConditions` unless every part is a group or a fitting test of a known fact."""
    if not isinstance(conditions, Mapping):
        raise InvalidConditions(path, "expected an object")
    if depth > MAX_NESTING:
        raise InvalidConditions(path, f"conditions nest at most {MAX_NESTING} deep")
    if "fact" in conditions:
        _check_test(conditions, operators_by_fact, path)
        return
    for group, parts in conditions.items():
        if group not in GROUPS:
            raise InvalidConditions(f"{path}/{group}", "expected all, any or none")
        if not isinstance(parts, Sequence) or isinstance(parts, str):
            raise InvalidConditions(f"{path}/{group}", "expected a list")
        for index, part in enumerate(parts):
            check(part, operators_by_fact, f"{path}/{group}/{index}", depth + 1)


def facts_used(conditions: Mapping[str, Any]) -> frozenset[str]:
    """The names of the facts that the conditions look at, so that only these are gathered."""
    if "fact" in conditions:
        return frozenset({str(conditions["fact"])})
    parts = (part for group in GROUPS for part in conditions.get(group, ()))
    return frozenset[str]().union(*(facts_used(part) for part in parts))


def _test_holds(test: Mapping[str, Any], facts: Facts) -> bool:
    return OPERATORS[test["op"]](facts.get(test["fact"]), test.get("value"))


def _check_test(test: Mapping[str, Any], operators_by_fact: Mapping[str, Collection[str]], path: str) -> None:
    fact, operator = test.get("fact"), test.get("op")
    if not isinstance(fact, str) or fact not in operators_by_fact:
        raise InvalidConditions(f"{path}/fact", f"there is no fact {fact!r}")
    if operator not in operators_by_fact[fact]:
        raise InvalidConditions(f"{path}/op", f"{fact} cannot be tested with {operator!r}")
    value = test.get("value")
    if operator in LIST_OPERATORS and not _is_list_of_words(value):
        raise InvalidConditions(f"{path}/value", "expected a list of values")
    if operator in NUMBER_OPERATORS and _number(value) is None:
        raise InvalidConditions(f"{path}/value", "expected a number")
    if operator in TEXT_OPERATORS and not (isinstance(value, str) and value):
        raise InvalidConditions(f"{path}/value", "expected some text")


def _is_list_of_words(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(v, str | int) for v in value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _word(value: object) -> str:
    """One spelling for comparison: ids may arrive as numbers or text, text in any case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).strip().casefold()


def _is(fact: FactValue, wanted: object) -> bool:
    if isinstance(fact, frozenset):
        return any(_word(item) == _word(wanted) for item in fact)
    return fact is not None and _word(fact) == _word(wanted)


def _is_one_of(fact: FactValue, wanted: Any) -> bool:
    return any(_is(fact, value) for value in wanted)


def _contains(fact: FactValue, wanted: object) -> bool:
    if isinstance(fact, frozenset):
        return _is(fact, wanted)
    return bool(_word(wanted)) and _word(wanted) in _word(fact)


def _starts_with(fact: FactValue, wanted: object) -> bool:
    return bool(_word(wanted)) and not isinstance(fact, frozenset) and _word(fact).startswith(_word(wanted))


def _is_set(fact: FactValue, wanted: object) -> bool:
    return fact is not None and fact != "" and fact != frozenset()


def _greater(fact: FactValue, wanted: object) -> bool:
    left, right = _number(fact), _number(wanted)
    return left is not None and right is not None and left > right


def _less(fact: FactValue, wanted: object) -> bool:
    left, right = _number(fact), _number(wanted)
    return left is not None and right is not None and left < right


Operator = Callable[[FactValue, Any], bool]


def _opposite(operator: Operator) -> Operator:
    return lambda fact, wanted: not operator(fact, wanted)


OPERATORS: Mapping[str, Operator] = {
    "is": _is,
    "is_not": _opposite(_is),
    "in": _is_one_of,
    "not_in": _opposite(_is_one_of),
    "contains": _contains,
    "not_contains": _opposite(_contains),
    "starts_with": _starts_with,
    "is_set": _is_set,
    "is_not_set": _opposite(_is_set),
    "greater": _greater,
    "less": _less,
}
LIST_OPERATORS = frozenset({"in", "not_in"})
NUMBER_OPERATORS = frozenset({"greater", "less"})
TEXT_OPERATORS = frozenset({"contains", "not_contains", "starts_with"})

CHOICE = frozenset({"is", "is_not", "in", "not_in", "is_set", "is_not_set"})
TEXT = frozenset({"is", "is_not", "contains", "not_contains", "starts_with", "is_set", "is_not_set"})
NUMBER = frozenset({"is", "is_not", "greater", "less", "is_set", "is_not_set"})
FLAG = frozenset({"is", "is_not"})
TAGS = frozenset({"is", "is_not", "in", "not_in", "is_set", "is_not_set"})


@dataclass(frozen=True, slots=True)
class RuleCase:
    """What the evaluator needs to know of one rule."""

    id: int
    event: str
    conditions: Mapping[str, Any]
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """Where an event comes from: the rules that led to it, and how many steps it is away from a person."""

    rule_ids: frozenset[int] = frozenset()
    depth: int = 0


def may_react(rule_id: int, trace: Trace) -> bool:
    """A rule never reacts to its own effect, directly or around corners, and no chain of rules grows long."""
    return trace.depth < MAX_RULE_DEPTH and rule_id not in trace.rule_ids


def reacting_rules(rules: Iterable[RuleCase], event: str, facts: Facts, trace: Trace) -> list[RuleCase]:
    """The rules that act on the event, in the given order, up to the first that stops the others."""
    chosen: list[RuleCase] = []
    for rule in rules:
        if rule.event != event or not may_react(rule.id, trace) or not holds(rule.conditions, facts):
            continue
        chosen.append(rule)
        if rule.stops:
            break
    return chosen
