"""The SLA report: were the promises kept, how long did answers and solutions take, and where were promises missed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import ClassVar

from people.models import Agent, Team
from reports.base import Chart, Choice, Column, HeatCell, Heatmap, Mark, Report, Result, Row, Series, Tile
from reports.promise_facts import DIMENSIONS, Facts, Group, facts, keys_of
from reports.promises import PromiseFilters
from sla.models import Metric
from tickets.models import Priority
from tickets.selectors.access import inboxes_visible_to
from tickets.selectors.rows import channel_of

FIRST, RESOLUTION = Metric.FIRST_RESPONSE.value, Metric.RESOLUTION.value

COUNT = Column("count", "Promises", hint="Promises whose outcome was decided in the period: kept, or missed.")
ACHIEVED = Column("achieved", "Achieved", "percent", "The share of promises that were kept.", "good")
BREACHED = Column("breached", "Breaches", "count", "Promises that were missed.", "bad")
FIRST_P50 = Column(
    "first_p50", "First response p50", "duration", "Half of the first answers came within this open time.", "bad"
)
FIRST_P90 = Column(
    "first_p90", "First response p90", "duration", "Nine of ten first answers came within this open time.", "bad"
)
SOLVE_P50 = Column(
    "solve_p50", "Resolution p50", "duration", "Half of the tickets were solved within this open time.", "bad"
)
SOLVE_P90 = Column(
    "solve_p90", "Resolution p90", "duration", "Nine of ten tickets were solved within this open time.", "bad"
)
COLUMNS = (COUNT, ACHIEVED, BREACHED, FIRST_P50, FIRST_P90, SOLVE_P50, SOLVE_P90)
_LABELS = {"team": "Team", "channel": "Channel", "priority": "Priority", "agent": "Agent"}


class SlaReport(Report):
    slug = "sla"
    title = "SLA"
    description = (
        "Promises kept and missed, and how long first responses and resolutions took. Times are open time of the"
        " business hours of each promise; pauses do not count."
    )
    Filters: ClassVar[type[PromiseFilters]] = PromiseFilters

    def run(self, viewer: Agent, filters: PromiseFilters, *, now: datetime) -> Result:
        found = facts(viewer, filters)
        names = names_of(found)
        today = now.astimezone(filters.period.zone).date()
        return Result(
            columns=COLUMNS,
            rows=_rows(found, filters, names) if found.groups else (),
            tiles=_tiles(found, filters),
            charts=(_kept_chart(found, filters, today), _count_chart(found, filters, today)),
            heatmap=_heatmap(found, filters),
        )

    def choices(self, viewer: Agent, filters: PromiseFilters) -> Sequence[Choice]:
        inboxes = list(inboxes_visible_to(viewer).values_list("pk", "name", "kind"))
        kinds = sorted({kind for _, _, kind in inboxes})
        teams = [(str(pk), name) for pk, name in Team.objects.values_list("pk", "name")]
        agents = [(str(pk), name) for pk, name in Agent.objects.values_list("pk", "name")]
        return (
            Choice("team", "Team", [*teams, ("none", "No team")], filters.team),
            Choice("agent", "Agent", [*agents, ("none", "Nobody")], filters.agent),
            Choice("inbox", "Inbox", [(str(pk), name) for pk, name, _ in inboxes], filters.inbox),
            Choice("channel", "Channel", [(kind, channel_of(kind).label) for kind in kinds], filters.channel),
            Choice("priority", "Priority", Priority.choices, filters.priority),
        )


@dataclass(frozen=True, slots=True)
class Names:
    """What to call the values of each dimension."""

    teams: dict[str, str]
    agents: dict[str, str]

    def label(self, dimension: str, value: str) -> str:
        if dimension == "team":
            return self.teams.get(value, "No team")
        if dimension == "agent":
            return self.agents.get(value, "Nobody")
        if not value:
            return "Unknown"
        return channel_of(value).label if dimension == "channel" else dict(Priority.choices).get(value, value)


def names_of(found: Facts) -> Names:
    """The names of the teams and agents that occur: two queries."""
    teams = [int(key) for key in keys_of(found, "team") if key]
    agents = [int(key) for key in keys_of(found, "agent") if key]
    return Names(
        {str(pk): name for pk, name in Team.objects.filter(pk__in=teams).values_list("pk", "name")},
        {str(pk): name for pk, name in Agent.objects.filter(pk__in=agents).values_list("pk", "name")},
    )


def _rows(found: Facts, filters: PromiseFilters, names: Names) -> list[Row]:
    rows = [_row("All", "All promises", found.groups["all", ""], filters)]
    for dimension in DIMENSIONS:
        keys = sorted(keys_of(found, dimension), key=partial(_order, found, names, dimension))
        for key in keys:
            narrowed = filters.narrowed(**{dimension: key or ("none" if dimension in ("team", "agent") else "")})
            label = names.label(dimension, key)
            rows.append(_row(_LABELS[dimension], label, found.groups[dimension, key], narrowed))
    return rows


def _order(found: Facts, names: Names, dimension: str, key: str) -> tuple[int, str]:
    """Priorities from urgent to low; everything else by where most was missed."""
    if dimension == "priority":
        return -(Priority.values.index(key) if key in Priority.values else -1), ""
    return -found.groups[dimension, key].breached, names.label(dimension, key)


def _row(group: str, label: str, sums: Group, filters: PromiseFilters) -> Row:
    first, solve = sums.of(FIRST), sums.of(RESOLUTION)
    of_first, of_solve = (_metric(filters, metric).link("met") for metric in (FIRST, RESOLUTION))
    values = {
        "count": sums.count,
        "achieved": sums.achieved_percent,
        "breached": sums.breached,
        "first_p50": first.p50,
        "first_p90": first.p90,
        "solve_p50": solve.p50,
        "solve_p90": solve.p90,
    }
    links = {
        "count": filters.link("decided"),
        "achieved": filters.link("achieved"),
        "breached": filters.link("breached"),
        "first_p50": of_first,
        "first_p90": of_first,
        "solve_p50": of_solve,
        "solve_p90": of_solve,
    }
    return Row(group, label, values, links)


def _metric(filters: PromiseFilters, metric: str) -> PromiseFilters:
    return filters if filters.metric else filters.narrowed(metric=metric)


def _tiles(found: Facts, filters: PromiseFilters) -> list[Tile]:
    present = _row("", "", found.groups.get(("all", "")) or Group({}), filters)
    before = _row("", "", found.before, filters).values
    count = present.values["count"]
    notes = {"achieved": f"of {count:,} promises", "breached": f"of {count:,} promises"}
    return [
        Tile(
            column, present.values[column.key], before[column.key], present.links[column.key], notes.get(column.key, "")
        )
        for column in COLUMNS
        if column is not COUNT
    ]


def _kept_chart(found: Facts, filters: PromiseFilters, today: date) -> Chart:
    def numbers(step: int) -> dict[str, float | None]:
        return {
            "now": found.steps.get(step, Group({})).achieved_percent,
            "before": found.steps_before.get(step, Group({})).achieved_percent,
        }

    series = (Series("now", "This period", "accent"), Series("before", "Previous period", "faint"))
    marks = [Mark(label, numbers(step), link, is_partial) for step, label, link, is_partial in _steps(filters, today)]
    return Chart("kept", f"Promises kept, by {_unit(filters)}", "line", "percent", series, marks, ceiling=100)


def _count_chart(found: Facts, filters: PromiseFilters, today: date) -> Chart:
    def numbers(step: int) -> dict[str, float | None]:
        group = found.steps.get(step, Group({}))
        return {"achieved": group.count - group.breached, "breached": group.breached}

    series = (Series("achieved", "Kept", "ok"), Series("breached", "Missed", "bad"))
    marks = [Mark(label, numbers(step), link, is_partial) for step, label, link, is_partial in _steps(filters, today)]
    return Chart("count", f"Kept and missed, by {_unit(filters)}", "bars", "count", series, marks)


def _steps(filters: PromiseFilters, today: date) -> list[tuple[int, str, str, bool]]:
    return [
        (number, f"{first.day} {first:%b}", filters.on_days(first, last).link("decided"), first <= today <= last)
        for number, (first, last) in enumerate(filters.period.steps())
    ]


def _unit(filters: PromiseFilters) -> str:
    return "day" if filters.period.step_days == 1 else "week"


def _heatmap(found: Facts, filters: PromiseFilters) -> Heatmap:
    cells = [
        [
            HeatCell(
                found.heat.get((weekday, hour), 0),
                filters.narrowed(weekday=str(weekday), hour=str(hour)).link("breached"),
            )
            for hour in range(24)
        ]
        for weekday in range(1, 8)
    ]
    return Heatmap("When promises were missed, by weekday and hour", cells)
