"""A report that stands on facts: it says which metrics it wants where, and this makes the page of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import ClassVar, Literal

from people.models import Agent
from reports.base import Chart, Choice, Guide, HeatCell, Heatmap, Kind, Mark, Report, Result, Row, Series, Tile
from reports.fact_choices import choices_for
from reports.fact_filters import FactFilters
from reports.fact_names import LABELS, Names, names_of
from reports.measuring import BANDS, NOTHING, Measured, Values, Wanted, measure
from reports.metrics import METRICS
from reports.wording import duration
from tickets.models import Priority

DIMENSIONS = ("team", "agent", "inbox", "channel", "priority", "tag")
FEW = 20
_SMALLEST_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart over the steps of the period: (metric, label, style) for each series."""

    key: str
    title: str
    series: Sequence[tuple[str, str, str]]
    is_line: bool = False
    is_band: bool = False
    is_compared: bool = False
    kind: Kind = "count"
    ceiling: float | None = None
    has_goal: bool = False


class FactReport(Report):
    """`columns` are metrics; the first one is what the report counts."""

    columns: ClassVar[tuple[str, ...]]
    tiles: ClassVar[tuple[str, ...]]
    drawn: ClassVar[tuple[Drawn, ...]] = ()
    heat: ClassVar[Mapping[str, str]] = {}
    lengths_of: ClassVar[str] = ""
    whole: ClassVar[tuple[str, ...]] = ()
    whole_title: ClassVar[str] = ""
    dimensions: ClassVar[tuple[str, ...]] = DIMENSIONS
    Filters: ClassVar[type[FactFilters]] = FactFilters

    def wanted(self) -> Wanted:
        steps = [metric for drawn in self.drawn for metric, _, _ in drawn.series]
        rows = dict.fromkeys((*self.columns, *self.tiles, *_samples(self.columns)))
        return Wanted(
            rows=tuple(rows),
            steps=tuple(dict.fromkeys(steps)),
            hours=tuple(self.heat),
            spark=self.columns[0],
            lengths_of=self.lengths_of,
            whole=self.whole,
        )

    def run(self, viewer: Agent, filters: FactFilters, *, now: datetime) -> Result:
        found = measure(viewer, filters, self.wanted())
        today = now.astimezone(filters.period.zone).date()
        page = _Page(self, filters, found, today)
        everything = found.groups.get(("all", ""), NOTHING)
        if not any(everything.values()):
            return Result(columns=[METRICS[key].column for key in self.columns], rows=())
        return Result(
            columns=[METRICS[key].column for key in self.columns],
            rows=page.rows(names_of(found)),
            tiles=page.tiles(),
            charts=[*(page.chart(drawn) for drawn in self.drawn), *page.lengths(), *page.reasons()],
            heatmaps=[page.heatmap(key, title) for key, title in self.heat.items()],
        )

    def choices(self, viewer: Agent, filters: FactFilters) -> Sequence[Choice]:
        return choices_for(viewer, filters)


def _samples(keys: Sequence[str]) -> list[str]:
    """What counts the cases behind a percentile: the metric of the same set."""
    return [_CASES[METRICS[key].counted] for key in keys if _is_length(key)]


def _is_length(key: str) -> bool:
    return METRICS[key].percentile is not None


@dataclass(frozen=True, slots=True)
class _Page:
    """One run, about to become a Result."""

    report: FactReport
    filters: FactFilters
    found: Measured
    today: date
    steps: list[tuple[date, date]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", self.filters.period.steps())

    def rows(self, names: Names) -> list[Row]:
        rows = [self._row("All", "Everything", self.found.groups["all", ""], self.filters)]
        for dimension in self.report.dimensions:
            keys = sorted(self.found.keys_of(dimension), key=partial(self._order, names, dimension))
            for key in keys:
                values = self.found.groups[dimension, key]
                if not any(values.values()) or (dimension == "agent" and self._is_few(values)):
                    continue
                narrowed = self.filters.narrowed(**{dimension: key or "none"}) if key or dimension in _NONE else None
                spark = self.found.sparks.get((dimension, key), {})
                rows.append(self._row(LABELS[dimension], names.label(dimension, key), values, narrowed, spark))
        return rows

    def _is_few(self, values: Values) -> bool:
        """Nobody is put into a table of agents by so few cases; the figures of a chosen agent are shown."""
        return not self.filters.agent and (values[self.report.columns[0]] or 0) < FEW

    def _order(self, names: Names, dimension: str, key: str) -> tuple[float, str]:
        """Priorities from urgent to low; everything else by where most happened."""
        if dimension == "priority":
            return -(Priority.values.index(key) if key in Priority.values else -1), ""
        values = self.found.groups[dimension, key]
        return -(values.get("breached") or values[self.report.columns[0]] or 0), names.label(dimension, key)

    def _row(
        self,
        group: str,
        label: str,
        values: Values,
        filters: FactFilters | None,
        spark: Mapping[int, float] | None = None,
    ) -> Row:
        keys = self.report.columns
        links = {key: filters.link(METRICS[key].counted) for key in keys} if filters else {}
        links |= {"count": links[keys[0]]} if links else {}
        shown = {"count": values[keys[0]], **{key: values[key] for key in keys}}
        line = [spark.get(number, 0) for number in range(len(self.steps))] if spark else ()
        return Row(group, label, shown, links, line)

    def tiles(self) -> list[Tile]:
        present = self.found.groups["all", ""]
        tiles = []
        for key in self.report.tiles:
            metric = METRICS[key]
            note = f"of {present['decided']:,} promises" if metric.of == "decided" and "decided" in present else ""
            if _is_length(key):
                cases = present[_samples([key])[0]] or 0
                note = f"n = {cases:,}" if cases >= _SMALLEST_SAMPLE else f"only {cases:,}: too few to say much"
            link = self.filters.link(metric.counted)
            tiles.append(Tile(metric.column, present[key], self.found.before.get(key), link, note))
        return tiles

    def chart(self, drawn: Drawn) -> Chart:
        series = [Series(metric, label, style) for metric, label, style in drawn.series]
        if drawn.is_compared:
            series.append(Series("before", "Compared with", "faint"))
        marks = [self._mark(number, drawn) for number in range(len(self.steps))]
        unit = "day" if self.filters.period.step_days == 1 else "week"
        shape: Literal["line", "bars"] = "line" if drawn.is_line else "bars"
        title = f"{drawn.title}, by {unit}"
        goal = self.filters.goal_percent if drawn.has_goal else None
        return Chart(
            drawn.key, title, shape, drawn.kind, series, marks, drawn.ceiling, goal, is_band=drawn.is_band
        )  # fmt: skip

    def _mark(self, number: int, drawn: Drawn) -> Mark:
        """A share leads to all that it is a share of, a count to what it counts."""
        first, last = self.steps[number]
        present = self.found.steps.get(number, NOTHING)
        empty = None if drawn.is_line else 0
        numbers = {metric: present.get(metric, empty) for metric, _, _ in drawn.series}
        there = self.filters.on_days(first, last)
        links = {metric: there.link(METRICS[metric].of or METRICS[metric].counted) for metric in numbers}
        main = next(iter(links.values()))
        if drawn.is_compared:
            main_metric = METRICS[drawn.series[0][0]]
            numbers["before"] = self.found.steps_before.get(number, NOTHING).get(main_metric.key)
            links["before"] = self.filters.compared_step(first, last).link(main_metric.of or main_metric.counted)
        return Mark(f"{first.day} {first:%b}", numbers, main, first <= self.today <= last, links)

    def lengths(self) -> list[Chart]:
        """The histogram of a set of lengths, with the usual target in words."""
        if not self.report.lengths_of or not self.found.bands:
            return []
        marks = []
        for number, low in enumerate(BANDS):
            high = BANDS[number + 1] if number + 1 < len(BANDS) else None
            took = f"{low}-{high or ''}"
            link = self.filters.narrowed(took=took).link(self.report.lengths_of)
            marks.append(Mark(_band(low, high), {"count": self.found.bands.get(number, 0)}, link))
        target = self.found.usual_target
        note = f"Usually promised: {duration(target)}, the upright line." if target else ""
        guides = [Guide(_place_of(target), f"Promised: {duration(target)}")] if target else []
        series = [Series("count", "Cases", "accent")]
        title = "How long first responses took"
        return [Chart("lengths", title, "bars", "count", series, marks, note=note, first_column="Time", guides=guides)]

    def reasons(self) -> list[Chart]:
        """The metrics of the whole, side by side."""
        if not any(self.found.whole.values()):
            return []
        marks = [
            Mark(METRICS[key].name, {"count": value}, self.filters.link(METRICS[key].counted))
            for key, value in self.found.whole.items()
        ]
        series = [Series("count", "Cases", "bad")]
        return [Chart("reasons", self.report.whole_title, "bars", "count", series, marks, first_column="Reason")]

    def heatmap(self, key: str, title: str) -> Heatmap:
        metric = METRICS[key]
        cells = [
            [
                HeatCell(
                    self.found.hours.get((weekday, hour), NOTHING).get(key),
                    self.filters.narrowed(weekday=str(weekday), hour=str(hour)).link(metric.counted),
                )
                for hour in range(24)
            ]
            for weekday in range(1, 8)
        ]
        return Heatmap(key, title, metric.kind, cells)


_CASES = {"first_answers": "first_answers", "next_answers": "next_answers", "solved": "solved"}
_NONE = ("team", "agent", "inbox", "organization")


def _place_of(seconds: float) -> float:
    """Where a length stands among the bands, which are drawn equally wide."""
    number = max(bisect_right(BANDS, seconds) - 1, 0)
    low = BANDS[number]
    high = BANDS[number + 1] if number + 1 < len(BANDS) else low * 2
    return number + min((seconds - low) / (high - low), 1)


def _band(low: int, high: int | None) -> str:
    if high is None:
        return f"over {duration(low)}"
    return f"under {duration(high)}" if not low else f"{duration(low)}+"
