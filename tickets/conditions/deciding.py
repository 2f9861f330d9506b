"""Decide in memory whether conditions hold on an occasion, and tell how each test went."""

from __future__ import annotations

from typing import Any

from tickets.conditions.kinds import FactValue
from tickets.conditions.language import OPPOSITES, Conditions, Test, hold, tests_in
from tickets.conditions.occasion import Occasion
from tickets.conditions.registry import fact_named
from tickets.conditions.words import test_in_words

_LONGEST_SEEN = 120


def holds(conditions: Conditions, occasion: Occasion) -> bool:
    """A fact that has left the product counts as not set."""
    return hold(conditions, lambda test: _test_holds(test, occasion))


def findings(conditions: Conditions, occasion: Occasion) -> list[dict[str, Any]]:
    """Each test in words, what was seen, and whether it held: plain data, to be kept and shown later."""
    return [
        {"test": test_in_words(test), "seen": _seen(test, occasion), "held": _test_holds(test, occasion)}
        for test in tests_in(conditions)
    ]


def _test_holds(test: Test, occasion: Occasion) -> bool:
    op = str(test["op"])
    positive = OPPOSITES.get(op, op)
    fact = fact_named(str(test["fact"]))
    if fact is None:
        return op in OPPOSITES
    wanted = fact.kind.clean(positive, test.get("value"))
    return fact.kind.holds(positive, fact.value(occasion), wanted, occasion.at) != (op in OPPOSITES)


def _seen(test: Test, occasion: Occasion) -> str:
    fact = fact_named(str(test["fact"]))
    value = fact.value(occasion) if fact else None
    labels = dict(fact.choices()) if fact else {}
    return " ".join(_spoken(value, labels).split())[:_LONGEST_SEEN]


def _spoken(value: FactValue, labels: dict[str, str]) -> str:
    if value is None or value in ("", frozenset()):
        return "nothing"
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="minutes")
    return labels.get(str(value), str(value))
