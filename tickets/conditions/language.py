"""What conditions look like, whatever they are about: groups and tests as plain data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Conditions = Mapping[str, Any]
Test = Mapping[str, Any]

GROUPS = ("all", "any", "none")
MAX_NESTING = 5
MAX_TESTS = 50

# Each of these says that the other does not hold.
OPPOSITES = {"is_not": "is", "not_in": "in", "not_contains": "contains", "is_not_set": "is_set"}


class InvalidConditions(ValueError):
    """The conditions cannot be understood; `path` points at the part, as in /any/2/op."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '/'}: {reason}")
        self.path = path
        self.reason = reason


def is_test(part: Conditions) -> bool:
    return "fact" in part


def hold(conditions: Conditions, judge: Callable[[Test], bool]) -> bool:
    """Whether the conditions hold when `judge` decides each test."""
    if is_test(conditions):
        return judge(conditions)
    parts = {group: conditions.get(group, ()) for group in GROUPS}
    return (
        all(hold(part, judge) for part in parts["all"])
        and (not parts["any"] or any(hold(part, judge) for part in parts["any"]))
        and not any(hold(part, judge) for part in parts["none"])
    )


def tests_in(conditions: Conditions) -> Iterator[Test]:
    """Every test, in the order of reading."""
    if is_test(conditions):
        yield conditions
        return
    for group in GROUPS:
        for part in conditions.get(group, ()):
            yield from tests_in(part)


def facts_used(conditions: Conditions) -> frozenset[str]:
    return frozenset(str(test["fact"]) for test in tests_in(conditions))


def replaced(conditions: Conditions, change: Callable[[Test], Test]) -> dict[str, Any]:
    """A copy with every test changed."""
    if is_test(conditions):
        return dict(change(conditions))
    return {group: [replaced(part, change) for part in parts] for group, parts in conditions.items()}


def check_shape(conditions: object, check_test: Callable[[Test, str], None], path: str = "", depth: int = 0) -> int:
    """Raise `InvalidConditions` unless every part is a group or a test that `check_test` accepts; returns how many."""
    if not isinstance(conditions, Mapping):
        raise InvalidConditions(path, "expected an object")
    if depth > MAX_NESTING:
        raise InvalidConditions(path, f"conditions nest at most {MAX_NESTING} deep")
    if is_test(conditions):
        check_test(conditions, path)
        return 1
    found = 0
    for group, parts in conditions.items():
        if group not in GROUPS:
            raise InvalidConditions(f"{path}/{group}", "expected all, any or none")
        if not isinstance(parts, Sequence) or isinstance(parts, str):
            raise InvalidConditions(f"{path}/{group}", "expected a list")
        for index, part in enumerate(parts):
            found += check_shape(part, check_test, f"{path}/{group}/{index}", depth + 1)
    if found > MAX_TESTS:
        raise InvalidConditions(path, f"at most {MAX_TESTS} conditions")
    return found
