"""Conditions over very many tickets: as few looks at the tickets themselves as there can be.

What must hold is told apart into picks, each a SELECT of ids. What an index tells stands by itself; what says no is
told by those of which the opposite holds, who are mostly fewer and never have to be looked up one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.clock import now
from tickets.conditions.facts import ColumnFact, Fact
from tickets.conditions.kinds import FLAG, ID, WORD
from tickets.conditions.language import OPPOSITES, Conditions, Test, is_test
from tickets.conditions.listing import sql_of
from tickets.conditions.registry import fact_named


@dataclass(frozen=True, slots=True)
class Pick:
    """The tickets of a SELECT of ids, or all but these; ids may come several times."""

    sql: str
    params: Sequence[Any]
    is_without: bool = False

    def turned(self) -> Pick:
        return replace(self, is_without=not self.is_without)


def picks_of(conditions: Conditions, *, at: datetime | None = None) -> list[Pick]:
    """The tickets of which the conditions hold are in all of these."""
    at = at or now()
    found = [(part, _pick(part, at)) for part in _parts(conditions)]
    picks = [pick for _, pick in found if pick]
    others = [part for part, pick in found if pick is None]
    return [*picks, Pick(*sql_of({"all": others}, at=at))] if others or not picks else picks


def _parts(conditions: Conditions) -> Iterator[Conditions]:
    """What must hold, each by itself."""
    if is_test(conditions):
        yield conditions
        return
    for part in conditions.get("all", ()):
        yield from _parts(part)
    if conditions.get("any"):
        yield {"any": conditions["any"]}
    for part in conditions.get("none", ()):
        yield {"none": [part]}


def _pick(part: Conditions, at: datetime) -> Pick | None:
    """None for what is asked best together with others."""
    if is_test(part):
        return _of_test(part, at)
    if part.get("none"):
        return _one(part["none"][0], at).turned()
    return _either(part["any"], at)


def _either(parts: Sequence[Conditions], at: datetime) -> Pick | None:
    """Those of any part, if each tells who belongs to it; what is asked of the tickets is asked in one look."""
    known = [(part, _pick_of_all(part, at)) for part in parts]
    picks = [pick for _, pick in known if pick]
    if not picks or any(pick.is_without for pick in picks):
        return None
    others = [part for part, pick in known if pick is None]
    statements = [(pick.sql, pick.params) for pick in picks] + ([sql_of({"any": others}, at=at)] if others else [])
    sql = " UNION ALL ".join(f"({sql})" for sql, _ in statements)
    return Pick(sql, [value for _, params in statements for value in params])


def _one(part: Conditions, at: datetime) -> Pick:
    return _pick_of_all(part, at) or Pick(*sql_of(part, at=at))


def _pick_of_all(part: Conditions, at: datetime) -> Pick | None:
    """Of a part that is one thing to ask."""
    parts = list(_parts(part))
    return _pick(parts[0], at) if len(parts) == 1 else None


def _of_test(test: Test, at: datetime) -> Pick | None:
    op, value = str(test["op"]), test.get("value")
    positive = OPPOSITES.get(op, op)
    fact = fact_named(str(test["fact"]))
    if fact is None:
        return None
    wanted = fact.kind.clean(positive, value)
    is_no = (positive != op) is not (fact.kind is FLAG and wanted is False)
    if fact.kind is FLAG:
        wanted = True
    if ids := fact.ids(positive, wanted, at):
        return Pick(*ids, is_without=is_no)
    if not is_no or _is_told_at_sight(fact):
        return None
    return Pick(*sql_of({**test, "op": positive, "value": wanted}, at=at), is_without=True)


def _is_told_at_sight(fact: Fact) -> bool:
    """A word of the ticket itself: to look for others costs no more than to look for it."""
    return isinstance(fact, ColumnFact) and fact.kind in (WORD, ID) and "__" not in fact.path
