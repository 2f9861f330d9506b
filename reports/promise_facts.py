"""Counts and percentiles of decided promises, for a whole report page in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from people.models import Agent
from reports.promises import PromiseFilters, decided

DIMENSIONS = ("team", "channel", "priority", "agent")
_FIELDS = (
    "metric",
    "decided_at",
    "elapsed_seconds",
    "met_at",
    "breached_at",
    "team_id",
    "channel",
    "priority",
    "agent_id",
)


@dataclass(slots=True)
class Sums:
    """The promises of one metric in one group."""

    count: int = 0
    breached: int = 0
    p50: float | None = None
    p90: float | None = None


@dataclass(slots=True)
class Group:
    """One line of a breakdown: sums by metric."""

    by_metric: dict[str, Sums]

    @property
    def count(self) -> int:
        return sum(sums.count for sums in self.by_metric.values())

    @property
    def breached(self) -> int:
        return sum(sums.breached for sums in self.by_metric.values())

    @property
    def achieved_percent(self) -> float | None:
        return percent(self.count - self.breached, self.count)

    def of(self, metric: str) -> Sums:
        return self.by_metric.get(metric) or Sums()


@dataclass(frozen=True, slots=True)
class Facts:
    """`groups` is keyed by (dimension, value); ("all", "") is the whole period. `steps` are the marks of the charts."""

    groups: dict[tuple[str, str], Group]
    steps: dict[int, Group]
    heat: dict[tuple[int, int], int]
    before: Group
    steps_before: dict[int, Group]


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def facts(viewer: Agent, filters: PromiseFilters) -> Facts:
    """Everything about the period, and the totals of the one before."""
    period, previous = filters.period, filters.period.previous()
    now_sql, now_params = _rows_sql(viewer, filters)
    then_sql, then_params = _rows_sql(viewer, PromiseFilters(**{**_own(filters), "period": previous}))
    zone = period.zone.key
    sql = f"""
        WITH present AS ({now_sql}), past AS ({then_sql})
        SELECT 'group', metric, team_id, channel, priority, agent_id,
            GROUPING(team_id), GROUPING(channel), GROUPING(priority), GROUPING(agent_id), {_SUMS}
        FROM present
        GROUP BY metric, GROUPING SETS ((), (team_id), (channel), (priority), (agent_id))
        UNION ALL
        SELECT 'before', metric, NULL, '', '', NULL, 1, 1, 1, 1, {_SUMS} FROM past GROUP BY metric
        UNION ALL
        SELECT 'step', metric, {_step}, '', '', NULL, 0, 0, 0, 0, {_COUNTS} FROM present GROUP BY metric, 3
        UNION ALL
        SELECT 'step before', metric, {_step}, '', '', NULL, 0, 0, 0, 0, {_COUNTS} FROM past GROUP BY metric, 3
        UNION ALL
        SELECT 'heat', '', extract(isodow FROM decided_at AT TIME ZONE %s)::int, '', '',
            extract(hour FROM decided_at AT TIME ZONE %s)::int, 0, 0, 0, 0, {_COUNTS}
        FROM present WHERE breached_at IS NOT NULL GROUP BY 3, 6"""  # noqa: S608 - names are our own, values are bound
    params = [
        *now_params, *then_params, zone, period.first, period.step_days, zone, previous.first, period.step_days,
        zone, zone,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return _read(cursor.fetchall())


_COUNTS = "count(*), count(breached_at), NULL::float8[]"
_SUMS = (
    "count(*), count(breached_at),"
    " percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY elapsed_seconds) FILTER (WHERE met_at IS NOT NULL)"
)
_step = "((decided_at AT TIME ZONE %s)::date - %s::date) / %s"


def _rows_sql(viewer: Agent, filters: PromiseFilters) -> tuple[str, Sequence[Any]]:
    sql, params = decided(viewer, filters).values(*_FIELDS).query.sql_with_params()
    return sql, params


def _own(filters: PromiseFilters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in PromiseFilters.__dataclass_fields__}


def _read(rows: Sequence[tuple[Any, ...]]) -> Facts:
    groups: dict[tuple[str, str], Group] = defaultdict(lambda: Group({}))
    steps: dict[int, Group] = defaultdict(lambda: Group({}))
    steps_before: dict[int, Group] = defaultdict(lambda: Group({}))
    heat: dict[tuple[int, int], int] = {}
    before = Group({})
    for kind, metric, first, channel, priority, last, *marks, count, breached, middle in rows:
        sums = Sums(count, breached, *(middle or (None, None)))
        if kind == "group":
            values = (first, channel, priority, last)
            groups[_group_key(values, marks)].by_metric[metric] = sums
        elif kind == "before":
            before.by_metric[metric] = sums
        elif kind == "heat":
            heat[first, last] = count
        else:
            (steps if kind == "step" else steps_before)[first].by_metric[metric] = sums
    return Facts(dict(groups), dict(steps), heat, before, dict(steps_before))


def _group_key(values: Sequence[Any], marks: Sequence[int]) -> tuple[str, str]:
    """GROUPING() is 0 for the column that a row is grouped by, and 1 for those that it sums over."""
    for name, value, is_summed in zip(DIMENSIONS, values, marks, strict=True):
        if not is_summed:
            return name, "" if value is None else str(value)
    return "all", ""


def keys_of(found: Facts, dimension: str) -> Iterator[str]:
    return (value for name, value in found.groups if name == dimension)
