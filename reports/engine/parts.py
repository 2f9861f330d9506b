"""Facts sorted into classes: the facts of a class are in the same sets, so a table by class counts for every set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.engine.chosen import is_among
from reports.engine.codes import Codes
from reports.engine.layout import Array
from reports.engine.rows import Rows
from reports.fact_sets import SETS

# set -> the ids of the tickets that it is about at this moment
Live = Mapping[str, Array]


@dataclass(frozen=True)
class Part:
    """Facts of one kind."""

    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def kind(self) -> str:
        return self.rows.kind

    @property
    def _sets(self) -> Codes:
        return self.rows.coding.of("sets", self.kind)

    @cached_property
    def class_count(self) -> int:
        return max(len(self._sets), 1)

    @property
    def classes(self) -> Array:
        """The class of each fact."""
        return self.rows["sets"]

    def members(self, set_key: str) -> Array:
        """Which classes belong to a set."""
        keys = [str(value).split() for value in self._sets.values[: self.class_count]]
        return np.array([set_key in each for each in keys] or [False], dtype=bool)

    def places_of(self, set_key: str) -> Array | None:
        """Where the facts of a set are; none means that all are."""
        members = self.members(set_key)
        return None if members.all() else np.flatnonzero(members[self.classes])

    def is_in(self, set_key: str) -> Array:
        """Whether each fact is in the set."""
        members = self.members(set_key)
        return np.ones(len(self), bool) if members.all() else members[self.classes]

    def has(self, set_key: str) -> bool:
        return self.kind in SETS[set_key].kinds and bool(len(self.rows))


def parts_of(rows: Sequence[Rows], live: Live) -> list[Part]:
    return [Part(_as_things_are(each, live)) for each in rows]


def _as_things_are(rows: Rows, live: Live) -> Rows:
    """Takes facts out of sets that are about other tickets at this moment."""
    for set_key, ids in live.items():
        if rows.kind not in SETS[set_key].kinds or not len(rows):
            continue
        known = rows.coding.of("sets", rows.kind)
        keys = [" ".join(key for key in str(value).split() if key != set_key) for value in known.values]
        without = known.of(keys)
        codes = np.where(is_among(rows["ticket"], ids), rows["sets"], without[rows["sets"]])
        rows = Rows(rows.kind, {**rows.columns, "sets": codes}, rows.coding)
    return rows
