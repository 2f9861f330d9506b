"""Conditions in words: "Status is Pending and any of: Tags is vip, Priority is Urgent"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tickets.conditions.facts import Choices
from tickets.conditions.kinds import DAY, FLAG, HOURS_SINCE
from tickets.conditions.language import Conditions, Test, is_test
from tickets.conditions.registry import fact_named

OPERATORS: Mapping[str, str] = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "greater": "is more than",
    "less": "is less than",
    "is_set": "is set",
    "is_not_set": "is not set",
}
WITHOUT_VALUE = frozenset({"is_set", "is_not_set"})
WITH_LIST = frozenset({"in", "not_in"})
_OF_DAYS = {"greater": "is after", "less": "is before"}
_JOINTS = {"all": "and", "any": "or", "none": "or"}


# Of the choices of a fact, those that somebody may know by name.
Known = Callable[[str, Choices], Choices]


def all_of(fact: str, offered: Choices) -> Choices:
    return offered


def operator_label(op: str, fact_key: str = "") -> str:
    fact = fact_named(fact_key) if fact_key else None
    return (_OF_DAYS.get(op) if fact and fact.kind is DAY else None) or OPERATORS.get(op, op)


def in_words(conditions: Conditions, *, known: Known = all_of) -> str:
    """One line for people; empty for conditions that always hold. `known` leaves the names that the reader may know;
    of others there is the number."""
    return _in_words(conditions, known)[0]


def test_in_words(test: Test) -> str:
    return _test_in_words(test, all_of)


def _test_in_words(test: Test, known: Known) -> str:
    fact = fact_named(str(test["fact"]))
    label = fact.label if fact else f"{test['fact']} (gone)"
    op = str(test["op"])
    if op in WITHOUT_VALUE:
        return f"{label} {OPERATORS[op]}"
    labels = dict(known(fact.key, fact.choices())) if fact else {}
    value = test.get("value")
    if fact and fact.kind is FLAG:
        return f"{label}: {'yes' if (_key(value) == 'true') is (op == 'is') else 'no'}"
    listed = value if isinstance(value, list) else [value]
    said = ", ".join(labels.get(_key(item), _key(item)) for item in listed)
    unit = " hours" if fact and fact.kind is HOURS_SINCE and "hours" not in label.lower() else ""
    return f"{label} {operator_label(op, str(test['fact']))} {said}{unit}"


def _in_words(conditions: Conditions, known: Known) -> tuple[str, str]:
    """The words, and what joins them at the top: "and", "or" or nothing."""
    if is_test(conditions):
        return _test_in_words(conditions, known), ""
    said: list[tuple[str, str]] = []
    for group, joint in _JOINTS.items():
        parts = [words for part in conditions.get(group, ()) if (words := _in_words(part, known))[0]]
        if parts:
            joined = _joined(parts, joint)
            said.append((f"none of ({joined[0]})", "") if group == "none" else joined)
    return _joined(said, "and")


def _joined(parts: list[tuple[str, str]], joint: str) -> tuple[str, str]:
    if len(parts) == 1:
        return parts[0]
    return f" {joint} ".join(f"({words})" if top not in ("", joint) else words for words, top in parts), joint


def _key(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
