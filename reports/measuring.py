"""Measures metrics over facts: whole, by dimension, by step of the period and by hour of the week, in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from people.models import Agent
from reports.fact_filters import FactFilters, rows_where
from reports.fact_sets import AMOUNTS, ITEMS, SETS, by_kind, kinds_of
from reports.metrics import METRICS

DIMENSIONS = {
    "team": "f.team_id",
    "agent": "f.agent_id",
    "inbox": "f.inbox_id",
    "channel": "f.channel",
    "priority": "f.priority",
    "organization": "f.organization_id",
    "metric": "f.metric",
    "item": "f.item",
}
USUAL = ("team", "agent", "inbox", "channel", "priority", "tag")
# Lengths of time in seconds: the lower end of each band.
BANDS = (0, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200)
_COLUMNS = (
    "f.id, f.kind, f.at, f.began_at, f.ticket_id, f.wall_seconds, f.business_seconds, f.target_seconds, f.is_kept,"
    " f.team_id, f.agent_id, f.inbox_id, f.channel, f.priority, f.organization_id, f.metric, f.tags, f.data"
)
# One large statement: compiling it would take longer than running it, and its sorts should stay in memory. Statements
# that are sent together are one transaction, so this ends with it.
_SETTINGS = "SET LOCAL jit = off; SET LOCAL work_mem = '64MB';"
Values = Mapping[str, float | int | None]
NOTHING: Values = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which metrics are wanted where, by their keys; `spark` is measured by step for each row of the tables, and
    metrics of the `whole` only are not broken down;
    the lengths of the set `lengths_of` are sorted into BANDS; `by` names the dimensions."""

    rows: Sequence[str]
    steps: Sequence[str] = ()
    hours: Sequence[str] = ()
    spark: str = ""
    lengths_of: str = ""
    whole: Sequence[str] = ()
    by: Sequence[str] = USUAL

    @property
    def sets(self) -> set[str]:
        spark = [self.spark] if self.spark else []
        keys = (*self.rows, *self.steps, *self.hours, *self.whole, *spark)
        of_metrics = {name for key in keys for name in METRICS[key].sets}
        return of_metrics | ({self.lengths_of} if self.lengths_of else set())


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
    usual_target: float | None = None
    whole: Values = field(default_factory=dict)

    def keys_of(self, dimension: str) -> list[str]:
        return [value for name, value in self.groups if name == dimension]


def measure(viewer: Agent, filters: FactFilters, wanted: Wanted) -> Measured:
    parts = _Parts()
    kinds, took = kinds_of(wanted.sets), filters.took_sql
    for name, chosen in (("present", filters), ("past", filters.compared())):
        where, params = rows_where(viewer, chosen)
        more = f"{by_kind(AMOUNTS, kinds, 'NULL::float8')} AS amount, {by_kind(ITEMS, kinds, 'NULL')} AS item"
        sql = f"SELECT {_COLUMNS}, {took} AS took, {more} FROM sla_fact f WHERE f.kind = ANY(%s) AND {where}"
        parts.rows(name, sql, [kinds, *params])
    _add_groups(parts, wanted)
    _add_steps(parts, filters, wanted)
    _add_lengths(parts, wanted)
    with connection.cursor() as cursor:
        cursor.execute(*parts.statement())
        return _read(cursor.fetchall(), wanted)


@dataclass(slots=True)
class _Parts:
    """A statement that grows: common rows first, then what is asked of them."""

    tables: list[str] = field(default_factory=list)
    selects: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def rows(self, name: str, sql: str, params: Sequence[Any]) -> None:
        self.tables.append(f"{name} AS MATERIALIZED ({sql})")
        self.params += params

    def ask(self, sql: str, params: Sequence[Any] = ()) -> None:
        self.selects.append(sql)
        self.params += params

    def statement(self) -> tuple[str, list[Any]]:
        return f"{_SETTINGS} WITH {', '.join(self.tables)} {' UNION ALL '.join(self.selects)}", self.params


def _values(keys: Sequence[str]) -> str:
    return f"jsonb_build_array({', '.join(METRICS[key].sql for key in keys)})"


# ruff: noqa: S608 - names and aggregates are constant text of this package; values are parameters.
def _add_groups(parts: _Parts, wanted: Wanted) -> None:
    columns = [DIMENSIONS[key] for key in wanted.by if key != "tag"]
    name = " ".join(
        f"WHEN GROUPING({column}) = 0 THEN '{key}'" for key, column in DIMENSIONS.items() if key in wanted.by
    )
    value = " ".join(f"WHEN GROUPING({column}) = 0 THEN {column}::text" for column in columns)
    grouped = f"CASE {name} ELSE 'all' END, coalesce(CASE {value} END, '')"
    sets = ", ".join(f"({column})" for column in columns)
    figures = _values(wanted.rows)
    parts.ask(
        f"SELECT 'group', {grouped}, NULL::int, NULL::int, {figures} FROM present f GROUP BY GROUPING SETS ((), {sets})"
    )
    parts.ask(
        f"SELECT 'group', 'tag', tag, NULL, NULL, {figures} FROM present f CROSS JOIN unnest(f.tags) tag GROUP BY tag"
    )
    if wanted.whole:
        parts.ask(f"SELECT 'whole', '', '', NULL, NULL, {_values(wanted.whole)} FROM present f")
    parts.ask(f"SELECT 'before', '', '', NULL, NULL, {figures} FROM past f")


def _add_steps(parts: _Parts, filters: FactFilters, wanted: Wanted) -> None:
    zone, period = filters.period.zone.key, filters.period
    step = "((f.at AT TIME ZONE %s)::date - %s::date) / %s"
    if wanted.steps:
        for name, rows, first in (("step", "present", period.first),
                                  ("step before", "past", filters.compared().period.first)):  # fmt: skip
            parts.ask(f"SELECT '{name}', '', '', {step}, NULL, {_values(wanted.steps)} FROM {rows} f GROUP BY 4",
                      [zone, first, period.step_days])  # fmt: skip
    if wanted.spark:
        columns = [DIMENSIONS[key] for key in wanted.by if key != "tag"]
        name = " ".join(
            f"WHEN GROUPING({column}) = 0 THEN '{key}'" for key, column in DIMENSIONS.items() if key in wanted.by
        )
        value = " ".join(f"WHEN GROUPING({column}) = 0 THEN {column}::text" for column in columns)
        parts.ask(
            f"SELECT 'spark', CASE {name} END, coalesce(CASE {value} END, ''), f.step, NULL, {_values([wanted.spark])}"
            f" FROM (SELECT f.*, {step} AS step FROM present f WHERE {SETS[METRICS[wanted.spark].counted].where}) f"
            f" GROUP BY GROUPING SETS ({', '.join(f'({column}, f.step)' for column in columns)})",
            [zone, period.first, period.step_days],
        )
    if wanted.hours:
        parts.ask(
            "SELECT 'hour', '', '', extract(isodow FROM f.at AT TIME ZONE %s)::int,"
            f" extract(hour FROM f.at AT TIME ZONE %s)::int, {_values(wanted.hours)} FROM present f GROUP BY 4, 5",
            [zone, zone],
        )


def _add_lengths(parts: _Parts, wanted: Wanted) -> None:
    if not wanted.lengths_of:
        return
    chosen = SETS[wanted.lengths_of].where
    parts.ask(
        f"SELECT 'band', '', '', width_bucket(f.took, %s::float8[]) - 1, NULL, jsonb_build_array(count(*))"
        f" FROM present f WHERE {chosen} AND f.took IS NOT NULL GROUP BY 4",
        [list(BANDS)],
    )
    parts.ask(
        "SELECT 'target', '', '', NULL, NULL,"
        f" jsonb_build_array(mode() WITHIN GROUP (ORDER BY f.target_seconds)) FROM present f WHERE {chosen}"
    )


def _read(rows: Sequence[tuple[Any, ...]], wanted: Wanted) -> Measured:
    found = Measured()
    for part, name, value, first, second, figures in rows:
        _take(found, wanted, part, (name, value), (first, second), _list(figures))
    return found


def _take(
    found: Measured, wanted: Wanted, part: str, key: tuple[str, str], place: tuple[Any, Any], figures: list[Any]
) -> None:
    match part:
        case "group":
            found.groups[key] = dict(zip(wanted.rows, figures, strict=True))
        case "before":
            found.before = dict(zip(wanted.rows, figures, strict=True))
        case "whole":
            found.whole = dict(zip(wanted.whole, figures, strict=True))
        case "step":
            found.steps[place[0]] = dict(zip(wanted.steps, figures, strict=True))
        case "step before":
            found.steps_before[place[0]] = dict(zip(wanted.steps, figures, strict=True))
        case "hour":
            found.hours[place] = dict(zip(wanted.hours, figures, strict=True))
        case "spark":
            found.sparks.setdefault(key, {})[place[0]] = figures[0] or 0
        case "band":
            found.bands[place[0]] = figures[0]
        case "target":
            found.usual_target = figures[0]


def _list(figures: Any) -> list[Any]:
    return json.loads(figures) if isinstance(figures, str) else list(figures)
