"""Conditions are stored and used only when every part of them is understood."""

from __future__ import annotations

from typing import Any

from core.errors import Invalid
from tickets.conditions.kinds import ID
from tickets.conditions.language import OPPOSITES, InvalidConditions, Test, check_shape, replaced
from tickets.conditions.listing import ME, MINE
from tickets.conditions.registry import fact_named

_OF_VIEWER = {"assignee": ME, "team": MINE}


def checked(conditions: object, *, listing: bool = False) -> dict[str, Any]:
    """The conditions as plain data, or `Invalid` at `conditions/<path>`.

    For `listing` there is a viewer ("me", "mine") but no event.
    """
    try:
        check(conditions, listing=listing)
    except InvalidConditions as problem:
        raise Invalid(
            f"A condition is wrong: {problem.reason}.", fields={f"conditions{problem.path}": problem.reason}
        ) from problem
    return replaced(conditions, lambda test: {name: test[name] for name in ("fact", "op", "value") if name in test})  # type: ignore[arg-type]  # checked above


def check(conditions: object, *, listing: bool = False) -> None:
    """Raise `InvalidConditions` unless every part is a group or a fitting test of a known fact."""
    check_shape(conditions, lambda test, path: _check_test(test, path, listing))


def _check_test(test: Test, path: str, listing: bool) -> None:
    key, op = test.get("fact"), test.get("op")
    fact = fact_named(key) if isinstance(key, str) else None
    if fact is None:
        raise InvalidConditions(f"{path}/fact", f"there is no fact {key!r}")
    if listing and not fact.is_listable:
        raise InvalidConditions(f"{path}/fact", f"{fact.label} is known only while an event is looked at")
    if not isinstance(op, str) or op not in fact.kind.operators:
        raise InvalidConditions(f"{path}/op", f"{fact.label} cannot be tested with {op!r}")
    value = test.get("value")
    if (
        listing
        and fact.kind is ID
        and op in ("is", "is_not")
        and value is not None
        and _OF_VIEWER.get(fact.key) == value
    ):
        return
    try:
        fact.kind.clean(OPPOSITES.get(op, op), value)
    except ValueError as error:
        raise InvalidConditions(f"{path}/value", str(error)) from error
