"""Counts, shares, sums, means and percentiles of facts by group, over whole columns at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reports.engine.counting import counted, placed
from reports.engine.groupings import ALL, Grouping, combined, cubes, everything
from reports.engine.layout import Array
from reports.engine.parts import Part
from reports.engine.ranks import bands_of, percentiles
from reports.metrics import METRICS, Metric

Values = Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of a set: of which kinds, and of which of their facts (none: of all)."""

    kinds: Sequence[str]
    values: Array
    bands: Array
    places: Array | None

    def codes(self, grouping: Grouping) -> Array:
        codes = _joined([grouping.codes[kind] for kind in self.kinds], np.dtype(np.uint8))
        return codes if self.places is None else codes[self.places]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was reckoned already, by the set or the kind of facts that it is about."""

    lengths: dict[str, Lengths] = field(default_factory=dict)
    # The percentiles of all lengths of a set together.
    whole: dict[tuple[str, float], float] = field(default_factory=dict)
    places: dict[str, tuple[Grouping, Array]] = field(default_factory=dict)
    # The table of the inner grouping of the last two.
    tables: dict[str, tuple[Grouping, Array]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Metrics over some facts, by any grouping of them."""

    parts: Sequence[Part]
    took: str
    known: _Known = field(default_factory=_Known)

    def by(self, grouping: Grouping, keys: Sequence[str], tables: Sequence[Array] | None = None) -> dict[Any, Values]:
        """The metrics of each group that has any fact."""
        group = _Group(self, grouping, tables or self.tables(grouping), _shares(keys))
        columns = {key: group.figures(METRICS[key]) for key in keys}
        total = sum((table.sum(axis=1) for table in group.tables), np.zeros(grouping.size, np.intp))
        return {grouping.keys[n]: {key: columns[key][n] for key in keys} for n in np.flatnonzero(total).tolist()}

    def whole(self, keys: Sequence[str]) -> Values:
        """The metrics of all facts, also where there is none."""
        grouping = everything(self.parts)
        tables = [self._total(part) for part in self.parts]
        group = _Group(self, grouping, tables, _shares(keys))
        return {key: group.figures(METRICS[key])[0] for key in keys}

    def lengths(self, set_key: str) -> Lengths:
        """Facts that have no length are left out."""
        if set_key not in self.known.lengths:
            self.known.lengths[set_key] = self._gathered(set_key)
        return self.known.lengths[set_key]

    def most_usual(self, set_key: str, column: str, by: str) -> dict[Any, list[Any]]:
        """The values that most facts of a set have in a coded column, for each value of another one."""
        counts: defaultdict[Any, Counter[Any]] = defaultdict(Counter)
        for part in self.parts:
            if not part.has(set_key):
                continue
            places = part.places_of(set_key)
            groups, codes = (part.rows[each] if places is None else part.rows[each][places] for each in (by, column))
            coding = part.rows.coding
            whose, what = (coding.of(each, part.kind).values for each in (by, column))
            width = len(what)
            times = np.bincount(groups.astype(np.int64) * width + codes)
            for pair in np.flatnonzero(times).tolist():
                value = what[pair % width]
                if value is not None:
                    counts[whose[pair // width]][value] += int(times[pair])
        return {
            group: [value for value, count in found.items() if count == max(found.values())]
            for group, found in counts.items()
        }

    def tables(self, grouping: Grouping) -> list[Array]:
        return [self._table(grouping, part) for part in self.parts]

    def _table(self, grouping: Grouping, part: Part) -> Array:
        known = self.known.tables.get(part.kind)
        return known[1] if known and known[0] is grouping else grouping.table(part)

    def _total(self, part: Part) -> Array:
        """How many facts each class has, as a table of one row."""
        if part.kind in self.known.tables:
            total: Array = self.known.tables[part.kind][1].sum(axis=0, keepdims=True)
            return total
        return everything([part]).table(part)

    def tables_by_each(self, outers: Sequence[Grouping], inner: Grouping) -> list[list[Array]]:
        """By each of some groupings and another one, none of lists; those of few groups are counted together."""
        found: dict[int, list[Array]] = {}
        for cube in cubes(outers):
            tables = self.tables_by_both(combined(cube, [part.kind for part in self.parts]), inner)
            sizes = [each.size for each in cube]
            for place, outer in enumerate(cube):
                others = tuple(axis for axis in range(len(cube)) if axis != place)
                found[id(outer)] = [
                    table.reshape(*sizes, inner.size, -1).sum(axis=others).reshape(outer.size * inner.size, -1)
                    for table in tables
                ]
        return [found[id(outer)] for outer in outers]

    def tables_by_both(self, outer: Grouping, inner: Grouping) -> list[Array]:
        """By two groupings at once, neither of lists: the rows of a table are those of the inner one for each of the
        outer one."""
        found = []
        for part in self.parts:
            width = inner.size * part.class_count
            counts = counted(outer.codes[part.kind], width, self._inner(part, inner), outer.size * width)
            table = counts.reshape(outer.size, inner.size, part.class_count)
            self.known.tables[part.kind] = inner, table.sum(axis=0)
            found.append(table.reshape(-1, part.class_count))
        return found

    def of_metrics(self, keys: Sequence[str]) -> Reckoning:
        """Over the parts alone that these metrics are about."""
        sets = {name for key in keys for name in METRICS[key].sets}
        parts = [part for part in self.parts if any(part.has(name) for name in sets)]
        return Reckoning(parts, self.took, self.known)

    def _inner(self, part: Part, inner: Grouping) -> Array:
        """The place of each fact of a part in a table by the inner grouping, which is mostly the same one."""
        known = self.known.places.get(part.kind)
        if known is None or known[0] is not inner:
            size = inner.size * part.class_count
            known = inner, placed(inner.codes[part.kind], part.class_count, part.classes, size)
            self.known.places[part.kind] = known
        return known[1]

    def counted(self, set_key: str, tables: Sequence[Array]) -> Array:
        """The facts of a set in each group, from the tables of a grouping."""
        found = np.zeros(len(tables[0]) if tables else 0, np.intp)
        for part, table in zip(self.parts, tables, strict=True):
            if part.has(set_key):
                found += table[:, part.members(set_key)].sum(axis=1)
        return found

    def _gathered(self, set_key: str) -> Lengths:
        parts = [part for part in self.parts if part.has(set_key)]
        took = _joined([part.rows[self.took] for part in parts], np.dtype(np.float64))
        there = ~np.isnan(took)
        there &= _joined([part.is_in(set_key) for part in parts], np.dtype(bool))
        places = None if there.all() else np.flatnonzero(there)
        took = took if places is None else took[places]
        return Lengths([part.kind for part in parts], took, bands_of(took), places)


@dataclass
class _Group:
    """One grouping, about to be reckoned; `shares` are the percentiles that are wanted of each set."""

    all: Reckoning
    grouping: Grouping
    tables: Sequence[Array]
    shares: Mapping[str, Sequence[float]]
    _percentiles: dict[str, dict[float, Array]] = field(default_factory=dict)

    def figures(self, metric: Metric) -> list[float | int | None]:
        if metric.percentile is not None:
            return plain(self._percentile(metric.counted, metric.percentile))
        if metric.amount:
            return plain(self._of_amounts(metric))
        counts = self.all.counted(metric.counted, self.tables)
        if metric.of:
            return plain(percent(counts, self.all.counted(metric.of, self.tables)))
        return list(counts.tolist())

    def _percentile(self, set_key: str, share: float) -> Array:
        if set_key not in self._percentiles and not self._is_of_one(set_key):
            lengths, shares = self.all.lengths(set_key), self.shares[set_key]
            codes = lengths.codes(self.grouping)
            self._percentiles[set_key] = percentiles(lengths.values, lengths.bands, codes, self.grouping, shares)
        return self._percentiles[set_key][share]

    def _is_of_one(self, set_key: str) -> bool:
        """Whether one group has all facts of the set; then its percentiles are those of the whole, and noted."""
        there = np.flatnonzero(self.all.counted(set_key, self.tables))
        if len(there) != 1 or self.grouping.sizes is not None:
            return False
        known, shares = self.all.known.whole, self.shares[set_key]
        if missing := [share for share in shares if (set_key, share) not in known]:
            lengths = self.all.lengths(set_key)
            codes = np.broadcast_to(np.uint8(0), len(lengths.values))
            for share, found in percentiles(lengths.values, lengths.bands, codes, ALL, missing).items():
                known[set_key, share] = float(found[0])
        self._percentiles[set_key] = {share: np.full(self.grouping.size, np.nan) for share in shares}
        for share in shares:
            self._percentiles[set_key][share][there] = known[set_key, share]
        return True

    def _of_amounts(self, metric: Metric) -> Array:
        total, count = self._sums(metric.counted)
        if metric.amount == "mean":
            return divided(total, count)
        if not metric.of:
            return total
        return np.floor(1000 * divided(total, self._sums(metric.of)[0]) + 0.5) / 10

    def _sums(self, set_key: str) -> tuple[Array, Array]:
        total, count = np.zeros(self.grouping.size), np.zeros(self.grouping.size)
        for part in self.all.parts:
            if not part.has(set_key):
                continue
            amounts, places = part.rows["amount"], part.places_of(set_key)
            there = np.flatnonzero(~np.isnan(amounts)) if places is None else places[~np.isnan(amounts[places])]
            facts, groups = self.grouping.groups(self.grouping.codes[part.kind][there])
            weights = amounts[there] if facts is None else amounts[there][facts]
            total += np.bincount(groups, weights, minlength=self.grouping.size)
            count += np.bincount(groups, minlength=self.grouping.size)
        return total, count


def _joined(columns: Sequence[Array], empty: np.dtype[Any]) -> Array:
    if len(columns) == 1:
        return columns[0]
    return np.concatenate(columns) if columns else np.zeros(0, empty)


def _shares(keys: Sequence[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for metric in (METRICS[key] for key in keys):
        if metric.percentile is not None:
            found.setdefault(metric.counted, []).append(metric.percentile)
    return found


def percent(counts: Array, whole: Array) -> Array:
    """Rounded to a tenth, halves up."""
    there = np.maximum(whole, 1)
    return np.where(whole > 0, (2000 * counts + there) // (2 * there) / 10, np.nan)


def divided(value: Array, by: Array) -> Array:
    found: Array = np.divide(value, by, out=np.full(len(value), np.nan), where=by != 0)
    return found


def plain(figures: Array) -> list[float | int | None]:
    """As Python's own numbers; none where there is no figure."""
    return [None if figure != figure else figure for figure in figures.tolist()]
