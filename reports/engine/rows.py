"""The facts that a request is about: loaded, cut to its period and narrowed by its filters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from people.models import Agent
from reports.engine.blocks import Block, block_of, joined, touches, within
from reports.engine.clock import Local
from reports.engine.closed import columns_of, standing_days
from reports.engine.codes import CODES
from reports.engine.layout import Array, Window
from reports.engine.reading import copied, read
from reports.fact_filters import FactFilters, range_of, tickets_of
from reports.period import Period

# kind -> the columns that are wanted of its facts
Columns = Mapping[str, Collection[str]]
_DAY = timedelta(days=1)
_ID = np.dtype([("count", ">i2"), ("length", ">i4"), ("id", ">i8")])
_EVERY = {"minute", "sets"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Facts of one kind in the order of time: equally long columns."""

    kind: str
    columns: Block

    def __len__(self) -> int:
        return len(self.columns["minute"])

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The blocks of each kind, in the order of time, none of them empty."""

    wanted: Columns
    blocks: Mapping[str, Sequence[Block]]

    def during(self, period: Period) -> list[Rows]:
        first, last = minute_of(period.starts_at), minute_of(period.ends_at)
        return [
            Rows(kind, joined(_within(self.blocks.get(kind, ()), first, last), names))
            for kind, names in self.wanted.items()
        ]


def _within(blocks: Sequence[Block], first: int, last: int) -> list[Block]:
    return [within(block, first, last) for block in blocks if touches(block, first, last)]


def load(wanted: Columns, periods: Sequence[Period]) -> Loaded:
    """All facts of the periods: closed days from store, everything else from the facts themselves."""
    columns = {kind: {*names, *_EVERY} for kind, names in wanted.items()}
    blocks: dict[str, list[Block]] = {kind: [] for kind in columns}
    missing: list[Window] = []
    for first, last in _days(periods):
        standing = standing_days(columns, first, last)
        for kind, names in columns.items():
            days = {day: standing[kind, day] for day in _each(first, last) if (kind, day) in standing}
            found = columns_of(kind, [pk for pk in days.values() if pk], names)
            blocks[kind] += [found[pk] for pk in days.values() if pk in found]
            there = {day for day, pk in days.items() if not pk or pk in found}
            missing += _windows(kind, [day for day in _each(first, last) if day not in there])
    for packed in read(missing):
        block = block_of(packed, columns[packed.kind])
        blocks[packed.kind] += _cut(block, [window for window in missing if window.kind == packed.kind])
    ordered = {kind: sorted(each, key=lambda block: int(block["minute"][0])) for kind, each in blocks.items()}
    return Loaded(columns, ordered)


def _cut(block: Block, windows: Sequence[Window]) -> list[Block]:
    """The facts of each window that has some; closed days may stand between them."""
    parts = [within(block, minute_of(window.since), minute_of(window.until)) for window in windows]
    return [part for part in parts if len(part["minute"])]


def narrowed(rows: Sequence[Rows], viewer: Agent, filters: FactFilters, local: Local) -> list[Rows]:
    """Those that fit the filters and that the viewer may see."""
    tickets = [ids_of(sql, params) for sql, params in tickets_of(viewer, filters)]
    return [_chosen(each, _mask(each, filters, tickets, local)) for each in rows]


def columns_for(viewer: Agent, filters: FactFilters) -> set[str]:
    """What the filters look at."""
    found = {name for name in _EXACT if getattr(filters, name, "")}
    if filters.tag:
        found.add("tags")
    if filters.took:
        found.add(filters.took_column)
    if tickets_of(viewer, filters):
        found.add("ticket")
    return found


def ids_of(sql: str, params: Sequence[Any]) -> Array:
    """The ids that a statement gives, sorted."""
    ids = f"SELECT x.id::bigint FROM ({sql}) x(id) WHERE x.id IS NOT NULL"  # noqa: S608 - compiled by us, bound values
    return np.unique(copied(ids, params, _ID)["id"].astype(np.int64))


def is_among(values: Array, chosen: Array) -> Array:
    return np.isin(values, chosen, assume_unique=False)


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _mask(rows: Rows, filters: FactFilters, tickets: Sequence[Array], local: Local) -> Array | None:
    masks = [_equal(rows, name, str(getattr(filters, name))) for name in _EXACT if getattr(filters, name, "")]
    if filters.tag:
        masks.append(_tagged(rows["tags"], filters.tag))
    if filters.weekday:
        masks.append(local.hours(rows["minute"]) // 24 == int(filters.weekday) - 1)
    if filters.hour:
        masks.append(local.hours(rows["minute"]) % 24 == int(filters.hour))
    if filters.took:
        low, high = range_of(filters.took)
        took = rows[filters.took_column]
        masks.append((took >= low) & (took < high))
    masks += [is_among(rows["ticket"], ids) for ids in tickets]
    return np.logical_and.reduce(masks) if masks else None


_EXACT = ("team", "agent", "inbox", "organization", "channel", "priority", "metric", "item")
_IDS = ("team", "agent", "inbox", "organization")


def _equal(rows: Rows, name: str, value: str) -> Array:
    meant: Any = value if name not in _IDS else None if value == "none" else int(value)
    number = CODES[name].number(meant)
    return np.zeros(len(rows), bool) if number is None else rows[name] == number


def _tagged(tags: Array, tag: str) -> Array:
    lists: list[Any] = CODES["tags"].values
    fits = np.array([(not each if tag == "none" else tag in each) for each in lists], dtype=bool)
    return fits[tags] if len(fits) else np.zeros(len(tags), bool)


def _chosen(rows: Rows, mask: Array | None) -> Rows:
    if mask is None:
        return rows
    places = np.flatnonzero(mask)
    return Rows(rows.kind, {name: column[places] for name, column in rows.columns.items()})


def _days(periods: Sequence[Period]) -> list[tuple[date, date]]:
    """The days (UTC) that the periods touch, as stretches that do not overlap."""
    ends = sorted(
        (period.starts_at.astimezone(UTC).date(), (period.ends_at - timedelta(seconds=1)).astimezone(UTC).date())
        for period in periods
    )
    stretches: list[tuple[date, date]] = []
    for first, last in ends:
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
