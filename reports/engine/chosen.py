"""The tickets that facts have to be about: asked for as lists of ids, and put to columns and to statements alike."""

# ruff: noqa: S608 - statements are compiled by us; values are parameters.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.engine.layout import Array
from reports.engine.reading import copied_fields
from tickets.conditions import Pick

# An aggregate of ids.
PACKED = "string_agg(int8send(({})::bigint), '')"
_MOST_IN_TABLE = 1 << 23
# Few tickets are found by their index; of more it is quicker to look at every row.
_FEW = 2000
# As bits these are four megabytes of a statement.
_MOST_BITS = 1 << 24

_kept: ContextVar[dict[tuple[object, ...], list[Chosen]] | None] = ContextVar("tickets of a run", default=None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """These tickets, by ascending ids, or all others. A ticket that is no more is among the others: it says nothing."""

    ids: Array
    is_without: bool = False

    def mask(self, tickets: Array) -> Array:
        """Whether each is meant; 0 is no ticket."""
        there = is_among(tickets, self.ids)
        return ~there & (tickets > 0) if self.is_without else there


@contextmanager
def asked_once() -> Iterator[None]:
    """What is asked of tickets within is asked once: all figures of a page are about the same ones."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def chosen_of(key: tuple[object, ...], picks: Callable[[], Sequence[Pick]]) -> list[Chosen]:
    """The tickets of all picks; the key tells what was asked for."""
    kept = _kept.get()
    if kept is None:
        return [_chosen(pick) for pick in picks()]
    if key not in kept:
        kept[key] = [_chosen(pick) for pick in picks()]
    return kept[key]


def condition_on(column: str, chosen: Sequence[Chosen]) -> tuple[str, list[Any]]:
    """The same as a condition on a column of ids. What no statistics tell of a list of a million ids, no plan can get
    wrong here: a bit for each ticket is looked up."""
    if not chosen:
        return "true", []
    last = max(int(each.ids[-1]) if len(each.ids) else 0 for each in chosen)
    if last >= _MOST_BITS:
        return _by_lists(column, chosen)
    is_meant = np.logical_and.reduce([each.mask(np.arange(last + 1)) for each in chosen])
    is_beyond = all(each.is_without for each in chosen)
    ids = np.flatnonzero(is_meant)
    if len(ids) <= _FEW and not is_beyond:
        return f"{column} = ANY(%s)", [ids.tolist()]
    bits = np.packbits(is_meant, bitorder="little").tobytes()
    sql = f"CASE WHEN {column} <= %s THEN get_bit(%s::bytea, {column}) = 1 ELSE {column} IS NOT NULL AND %s END"
    return sql, [last, bits, is_beyond]


def _by_lists(column: str, chosen: Sequence[Chosen]) -> tuple[str, list[Any]]:
    parts = [f"{column} {'<> ALL' if each.is_without else '= ANY'}(%s::bigint[])" for each in chosen]
    return " AND ".join([f"{column} IS NOT NULL", *parts]), [each.ids.tolist() for each in chosen]


def _chosen(pick: Pick) -> Chosen:
    return Chosen(ids_of(pick.sql, pick.params), pick.is_without)


def ids_of(sql: str, params: Sequence[Any]) -> Array:
    """The ids that a statement gives, sorted, each once."""
    # As one value, which is quicker to write and to read than a row for each.
    [[packed]] = copied_fields(f"SELECT {PACKED.format('x.id')} FROM ({sql}) x(id) WHERE x.id IS NOT NULL", params)
    found = np.sort(unpacked_ids(packed))
    once: Array = found[np.diff(found, prepend=-1) != 0]
    return once


def unpacked_ids(packed: memoryview) -> Array:
    """What was told as PACKED."""
    return np.frombuffer(packed, ">i8").astype(np.int64)


def is_among(values: Array, chosen: Array) -> Array:
    """`chosen` ascends. A table of all ids up to the last one beats a search, as long as it is small."""
    if len(chosen) == 0 or len(values) == 0:
        return np.zeros(len(values), dtype=bool)
    if chosen[-1] > _MOST_IN_TABLE:
        places = np.minimum(np.searchsorted(chosen, values), len(chosen) - 1)
        there: Array = np.equal(chosen[places], values)
        return there
    table = np.zeros(int(chosen[-1]) + 2, dtype=bool)
    table[chosen] = True
    marked: Array = table[np.clip(values, 0, len(table) - 1)]
    return marked
