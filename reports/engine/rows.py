"""The facts that a request is about: loaded, cut to its period and narrowed by its filters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from people.models import Agent
from reports.brands import brands_by_inbox
from reports.engine.blocks import Block, block_of, joined, touches, within
from reports.engine.chosen import Chosen
from reports.engine.clock import Local
from reports.engine.closed import columns_of, memory, standing_days
from reports.engine.codes import Coding
from reports.engine.layout import Array, Window
from reports.engine.reading import read
from reports.fact_filters import FactFilters, asks_of_tickets, range_of
from reports.period import Period

# kind -> the columns that are wanted of its facts
Columns = Mapping[str, Collection[str]]
_DAY, _MINUTES = timedelta(days=1), 1440
_EVERY = {"minute", "sets"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Facts of one kind in the order of time: equally long columns."""

    kind: str
    columns: Block
    coding: Coding

    def __len__(self) -> int:
        return len(self.columns["minute"])

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]


@dataclass(frozen=True, slots=True)
class Demand:
    """Which facts of a period are wanted, with which columns by kind."""

    period: Period
    columns: Columns

    @property
    def kinds(self) -> set[str]:
        return set(self.columns)

    def names(self, kind: str) -> set[str]:
        return {*self.columns[kind], *_EVERY}

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day (UTC) that the period touches."""
        last = self.period.ends_at - timedelta(seconds=1)
        return self.period.starts_at.astimezone(UTC).date(), last.astimezone(UTC).date()


def load(demands: Sequence[Demand]) -> list[list[Rows]]:
    """The facts of each demand: closed days from store, everything else from the facts themselves."""
    coding = memory.current()
    blocks: dict[tuple[str, date], Block] = {}
    missing: dict[str, list[date]] = {}
    for stretch in _stretches(demands):
        kinds = sorted(set[str]().union(*(demand.kinds for demand in demands)))
        standing = standing_days(kinds, *stretch)
        for kind in kinds:
            for wanted, days in _alike(demands, kind, stretch).items():
                pks = {day: standing[kind, day] for day in days if (kind, day) in standing}
                found = columns_of(coding, kind, [pk for pk in pks.values() if pk], wanted)
                blocks |= {(kind, day): found[pk] for day, pk in pks.items() if pk in found}
                missing.setdefault(kind, []).extend(
                    day for day in days if day not in pks or (pks[day] and pks[day] not in found)
                )
    windows = [window for kind, days in missing.items() for window in _windows(kind, sorted(days))]
    for packed in read(windows):
        names = {name for demand in demands if packed.kind in demand.columns for name in demand.names(packed.kind)}
        blocks |= _by_day(packed.kind, block_of(coding, packed, names), missing[packed.kind])
    return [[_rows_of(coding, demand, kind, blocks) for kind in demand.columns] for demand in demands]


def _alike(demands: Sequence[Demand], kind: str, stretch: tuple[date, date]) -> dict[frozenset[str], list[date]]:
    """The days of a stretch by the columns that are wanted of them: of the days compared with fewer."""
    names: dict[date, set[str]] = {}
    for demand in demands:
        first, last = demand.days
        if kind in demand.columns and stretch[0] <= first <= stretch[1]:
            wanted = demand.names(kind)
            for day in _each(first, last):
                names[day] = names[day] | wanted if day in names else wanted
    found: dict[frozenset[str], list[date]] = {}
    for day in sorted(names):
        found.setdefault(frozenset(names[day]), []).append(day)
    return found


def _by_day(kind: str, block: Block, days: Sequence[date]) -> dict[tuple[str, date], Block]:
    """Facts that were read, by their day like those that are stored."""
    found = {}
    for day in days:
        start = minute_of(datetime.combine(day, time(), tzinfo=UTC))
        if touches(block, start, start + _MINUTES):
            found[kind, day] = within(block, start, start + _MINUTES)
    return found


def _rows_of(coding: Coding, demand: Demand, kind: str, blocks: Mapping[tuple[str, date], Block]) -> Rows:
    first, last = minute_of(demand.period.starts_at), minute_of(demand.period.ends_at)
    there = [blocks[kind, day] for day in _each(*demand.days) if (kind, day) in blocks]
    cut = [within(block, first, last) for block in there if touches(block, first, last)]
    return Rows(kind, joined(cut, demand.names(kind)), coding)


def narrowed(rows: Sequence[Rows], filters: FactFilters, tickets: Sequence[Chosen], local: Local) -> list[Rows]:
    """Those that fit the filters and are of these tickets."""
    return [_chosen(each, _mask(each, filters, tickets, local)) for each in rows]


def columns_for(viewer: Agent, filters: FactFilters) -> set[str]:
    """What the filters look at."""
    found = {name for name in _EXACT if getattr(filters, name, "")}
    if filters.tag:
        found.add("tags")
    if filters.brand:
        found.add("inbox")
    if filters.took:
        found.add(filters.took_column)
    if asks_of_tickets(viewer, filters):
        found.add("ticket")
    return found


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _mask(rows: Rows, filters: FactFilters, tickets: Sequence[Chosen], local: Local) -> Array | None:
    masks = [_equal(rows, name, str(getattr(filters, name))) for name in _EXACT if getattr(filters, name, "")]
    if filters.tag:
        masks.append(_tagged(rows, filters.tag))
    if filters.brand:
        masks.append(_branded(rows, filters.brand))
    if filters.weekday:
        masks.append(local.hours(rows["minute"]) // 24 == int(filters.weekday) - 1)
    if filters.hour:
        masks.append(local.hours(rows["minute"]) % 24 == int(filters.hour))
    if filters.took:
        low, high = range_of(filters.took)
        took = rows[filters.took_column]
        masks.append((took >= low) & (took < high))
    masks += [chosen.mask(rows["ticket"]) for chosen in tickets]
    return np.logical_and.reduce(masks) if masks else None


_EXACT = ("team", "agent", "inbox", "organization", "channel", "priority", "metric", "item")
_IDS = ("team", "agent", "inbox", "organization")


def _equal(rows: Rows, name: str, value: str) -> Array:
    meant: Any = value if name not in _IDS else None if value == "none" else int(value)
    number = rows.coding.of(name, rows.kind).number(meant)
    return np.zeros(len(rows), bool) if number is None else rows[name] == number


def _branded(rows: Rows, brand: str) -> Array:
    known, wanted = brands_by_inbox(), None if brand == "none" else int(brand)
    values: list[Any] = rows.coding.of("inbox", rows.kind).values
    fits = np.array([known.get(inbox) == wanted for inbox in values], dtype=bool)
    return fits[rows["inbox"]] if len(fits) else np.zeros(len(rows), bool)


def _tagged(rows: Rows, tag: str) -> Array:
    lists: list[Any] = rows.coding.of("tags", rows.kind).values
    fits = np.array([(not each if tag == "none" else tag in each) for each in lists], dtype=bool)
    return fits[rows["tags"]] if len(fits) else np.zeros(len(rows), bool)


def _chosen(rows: Rows, mask: Array | None) -> Rows:
    if mask is None:
        return rows
    places = np.flatnonzero(mask)
    return Rows(rows.kind, {name: column[places] for name, column in rows.columns.items()}, rows.coding)


def _stretches(demands: Sequence[Demand]) -> list[tuple[date, date]]:
    """The days that the demands touch, as stretches that do not overlap."""
    stretches: list[tuple[date, date]] = []
    for first, last in sorted(demand.days for demand in demands):
        if stretches and first <= stretches[-1][1] + _DAY:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))
    return stretches


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _windows(kind: str, days: Sequence[date]) -> list[Window]:
    """Days that follow each other are read at once."""
    windows: list[Window] = []
    for day in days:
        start = datetime.combine(day, time(), tzinfo=UTC)
        if windows and windows[-1].until == start:
            windows[-1] = Window(kind, windows[-1].since, start + _DAY)
        else:
            windows.append(Window(kind, start, start + _DAY))
    return windows
