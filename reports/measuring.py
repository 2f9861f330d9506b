"""Measures metrics over facts: whole, by dimension, by step of the period and by hour of the week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from people.models import Agent
from reports.engine import reckoning
from reports.engine.chosen import Chosen, ids_of, unpacked_ids
from reports.engine.clock import Local
from reports.engine.groupings import Grouping, by_dimension, by_hour, by_step, by_tickets
from reports.engine.layout import COLUMN_OF, Array
from reports.engine.parts import Live, Part, parts_of
from reports.engine.reading import copied_fields
from reports.engine.reckoning import Reckoning
from reports.engine.rows import Demand, Rows, columns_for, load, narrowed
from reports.fact_filters import FactFilters, tickets_for
from reports.fact_sets import SETS, kinds_of
from reports.metrics import METRICS

# Lengths of time in seconds: the lower end of each band.
BANDS = (0, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200)
USUAL = ("team", "agent", "inbox", "channel", "priority", "tag")
Values = reckoning.Values
NOTHING: Values = {}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of tickets as they are now, in `count` groups. The statement gives numbers of groups, each with
    packed ids between its last two parameters; a ticket may be in several, or in none: then the number is higher.
    `others` is the group of those of which nothing is told."""

    sql: str
    params: Sequence[Any]
    count: int
    others: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which metrics are wanted where, by their keys: `tiles` of everything alone, `steps` by step of the period,
    `steps_before` of the days compared with; `spark` is measured by step for each row of the tables, and metrics of
    the `whole` only are not broken down; the lengths of the set `lengths_of` are sorted into BANDS; `by` names the
    dimensions; the groups of `told` have their numbers for values."""

    rows: Sequence[str]
    tiles: Sequence[str] = ()
    steps: Sequence[str] = ()
    steps_before: Sequence[str] = ()
    hours: Sequence[str] = ()
    spark: str = ""
    lengths_of: str = ""
    whole: Sequence[str] = ()
    by: Sequence[str] = USUAL
    told: Told | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        spark = (self.spark,) if self.spark else ()
        return (*self.headlines, *self.steps, *self.steps_before, *self.hours, *self.whole, *spark)

    @property
    def headlines(self) -> tuple[str, ...]:
        """What is wanted of everything, and of the days compared with."""
        return tuple(dict.fromkeys((*self.rows, *self.tiles)))

    @property
    def sets(self) -> set[str]:
        return _sets_of(self.keys) | ({self.lengths_of} if self.lengths_of else set())


@dataclass(slots=True)
class Measured:
    """`groups` is keyed by (dimension, value), ("all", "") being everything; `steps` are the marks of the charts,
    `hours` is keyed by (weekday, hour)."""

    groups: dict[tuple[str, str], Values] = field(default_factory=dict)
    before: Values = field(default_factory=dict)
    steps: dict[int, Values] = field(default_factory=dict)
    steps_before: dict[int, Values] = field(default_factory=dict)
    hours: dict[tuple[int, int], Values] = field(default_factory=dict)
    sparks: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    bands: dict[int, int] = field(default_factory=dict)
    # By priority, the target that most of the lengths had.
    usual_targets: dict[str, float] = field(default_factory=dict)
    whole: Values = field(default_factory=dict)

    def keys_of(self, dimension: str) -> list[str]:
        return [value for name, value in self.groups if name == dimension]


def measure(viewer: Agent, filters: FactFilters, wanted: Wanted) -> Measured:
    past = filters.compared()
    live = {key: ids_of(SETS[key].live, []) for key in sorted(wanted.sets) if SETS[key].live}
    compared = Wanted(rows=wanted.headlines, steps=wanted.steps_before, by=())
    loaded, loaded_past = load(
        [
            Demand(filters.period, _columns(viewer, filters, wanted)),
            Demand(past.period, _columns(viewer, past, compared)),
        ]
    )
    local, local_past = Local(filters.period), Local(past.period)
    # The same tickets are asked for on the days compared with.
    tickets = tickets_for(viewer, filters)
    present = _reckoning(loaded, filters, tickets, local, live)
    before = _reckoning(loaded_past, past, tickets, local_past, live)
    found = Measured()
    steps, steps_before = by_step(present.parts, local), by_step(before.parts, local_past)
    _by_dimensions(found, present, wanted, steps)
    found.before = before.whole(wanted.headlines)
    if wanted.steps:
        found.steps = present.of_metrics(wanted.steps).by(steps, wanted.steps)
    if wanted.steps_before:
        found.steps_before = before.by(steps_before, wanted.steps_before)
    if wanted.hours:
        some = present.of_metrics(wanted.hours)
        found.hours = some.by(by_hour(some.parts, local), wanted.hours)
    if wanted.lengths_of:
        _lengths(found, present, wanted.lengths_of)
    return found


def _columns(viewer: Agent, filters: FactFilters, wanted: Wanted) -> dict[str, set[str]]:
    """By kind, the columns that have to be read."""
    metrics = [METRICS[key] for key in wanted.keys]
    lengths = {metric.counted for metric in metrics if metric.percentile is not None} | {wanted.lengths_of} - {""}
    amounts = {name for metric in metrics if metric.amount for name in metric.sets}
    live = {name for name in wanted.sets if SETS[name].live}
    needs = [
        (lengths, filters.took_column),
        (amounts, "amount"),
        (live, "ticket"),
        ({wanted.lengths_of} - {""}, "target"),
        ({wanted.lengths_of} - {""}, "priority"),
    ]
    # What is not counted in the tables need not be broken down.
    dimensions = {COLUMN_OF.get(name, name) for name in wanted.by}
    dimensions |= {"ticket"} if wanted.told else set()
    needs += [(_sets_of((*wanted.rows, *filter(None, [wanted.spark]))), column) for column in dimensions]
    common = columns_for(viewer, filters)
    return {
        kind: common | {column for sets, column in needs if kind in kinds_of(sets)} for kind in kinds_of(wanted.sets)
    }


def _sets_of(keys: Iterable[str]) -> set[str]:
    return {name for key in keys for name in METRICS[key].sets}


def _reckoning(
    rows: Sequence[Rows], filters: FactFilters, tickets: Sequence[Chosen], local: Local, live: Live
) -> Reckoning:
    return Reckoning(parts_of(narrowed(rows, filters, tickets, local), live), filters.took_column)


def _by_dimensions(found: Measured, everything: Reckoning, wanted: Wanted, steps: Grouping) -> None:
    present = everything.of_metrics((*wanted.rows, *filter(None, [wanted.spark])))
    groupings = {dimension: by_dimension(present.parts, dimension) for dimension in wanted.by}
    groupings = {dimension: grouping for dimension, grouping in groupings.items() if grouping.size}
    lined = [dimension for dimension in groupings if wanted.spark and dimension != "tag"]
    by_step_too = dict(
        zip(lined, present.tables_by_each([groupings[dimension] for dimension in lined], steps), strict=True)
    )
    whole = everything.whole((*wanted.headlines, *wanted.whole))
    found.groups["all", ""] = {key: whole[key] for key in wanted.headlines}
    found.whole = {key: whole[key] for key in wanted.whole}
    for dimension, grouping in groupings.items():
        tables = None
        if both := by_step_too.get(dimension):
            counts = present.counted(METRICS[wanted.spark].counted, both).reshape(-1, steps.size)
            found.sparks |= _sparks(dimension, grouping, counts)
            tables = [table.reshape(grouping.size, steps.size, -1).sum(axis=1) for table in both]
        for value, values in present.by(grouping, wanted.rows, tables).items():
            found.groups[dimension, _key(value)] = values
    if wanted.told:
        grouping = _by_tickets(present.parts, wanted.told)
        found.groups |= {("told", str(number)): values for number, values in present.by(grouping, wanted.rows).items()}


def _by_tickets(parts: Sequence[Part], told: Told) -> Grouping:
    ends = [(part.rows["ticket"].min(), part.rows["ticket"].max()) for part in parts if len(part)]
    first, last = (min(low for low, _ in ends), max(high for _, high in ends)) if ends else (0, 0)
    rows = copied_fields(told.sql, [*told.params, int(first), int(last)])
    found = [(int.from_bytes(number), unpacked_ids(packed)) for number, packed in rows]
    return by_tickets(parts, found, told.count, told.others)


def _sparks(dimension: str, grouping: Grouping, counts: Array) -> dict[tuple[str, str], dict[int, float]]:
    rows = {
        (dimension, _key(grouping.keys[n])): counts[n].tolist() for n in np.flatnonzero(counts.any(axis=1)).tolist()
    }
    return {key: {step: count for step, count in enumerate(line) if count} for key, line in rows.items()}


def _lengths(found: Measured, present: Reckoning, set_key: str) -> None:
    """How many lengths fall into each band, and each priority's usual target: of equally usual ones the shortest."""
    values = present.lengths(set_key).values
    below = [np.count_nonzero(values < low) for low in BANDS]
    counts = np.diff([*below, len(values)]).tolist()
    found.bands = {band: count for band, count in enumerate(counts) if count}
    usual = present.most_usual(set_key, "target", by="priority")
    found.usual_targets = {_key(priority): min(targets) for priority, targets in usual.items()}


def _key(value: object) -> str:
    return "" if value is None else str(value)
