"""A report that stands on facts: it says which metrics it wants where, and this makes the page of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import ClassVar, Literal

from django.utils.formats import date_format

from people.models import Agent
from reports.base import Chart, Choice, Guide, HeatCell, Heatmap, Kind, Mark, Report, Result, Series, Tile
from reports.fact_breakdowns import asked_of, dimensions_of, more_rows
from reports.fact_choices import choices_for
from reports.fact_filters import FactFilters, link_to
from reports.fact_table import Table, cases_of, with_cases
from reports.looks import STAFFED, knows_staff, per_look
from reports.measuring import BANDS, NOTHING, Measured, Wanted, measure
from reports.metrics import METRICS, PROMISE_CLOCK
from reports.wording import HOUR, MINUTE, duration
from tickets.models import Priority

DIMENSIONS = ("team", "agent", "inbox", "brand", "channel", "priority", "tag")
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
    whole_column: ClassVar[str] = "Reason"
    whole_style: ClassVar[str] = "bad"
    dimensions: ClassVar[tuple[str, ...]] = DIMENSIONS
    Filters: ClassVar[type[FactFilters]] = FactFilters

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns, each share, percentile and mean with the number of its cases before it."""
        return with_cases(self.columns)

    def wanted(self, filters: FactFilters) -> Wanted:
        steps = [metric for drawn in self.drawn for metric, _, _ in drawn.series]
        return Wanted(
            rows=self.shown,
            tiles=(*self.tiles, *filter(None, map(cases_of, self.tiles))),
            steps=tuple(dict.fromkeys(steps)),
            steps_before=tuple(dict.fromkeys(drawn.series[0][0] for drawn in self.drawn if drawn.is_compared)),
            hours=tuple(self.heat),
            spark=self.shown[0],
            lengths_of=self.lengths_of,
            whole=self.whole,
            by=dimensions_of(self.dimensions, filters),
        )

    def run(self, viewer: Agent, filters: FactFilters, *, now: datetime) -> Result:
        asked = asked_of(filters)
        found = measure(viewer, filters, replace(self.wanted(filters), told=asked.told if asked else None))
        columns = [METRICS[key].column for key in self.shown]
        everything = found.groups.get(("all", ""), NOTHING)
        if not any(everything.values()):
            return Result(columns=columns, rows=())
        today = now.astimezone(filters.period.zone).date()
        page = _Page(self, filters, found, today)
        table = Table(self.shown, self.dimensions, filters, found)
        return Result(
            columns=columns,
            rows=[*table.rows(), *more_rows(table, asked)],
            tiles=page.tiles(),
            charts=[*(page.chart(drawn) for drawn in self.drawn), *page.lengths(), *page.reasons()],
            heatmaps=list(page.heatmaps(now)),
            notes=table.notes(),
        )

    def choices(self, viewer: Agent, filters: FactFilters) -> Sequence[Choice]:
        return choices_for(viewer, filters)


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

    def tiles(self) -> list[Tile]:
        present = self.found.groups["all", ""]
        tiles = []
        for key in self.report.tiles:
            metric = METRICS[key]
            note = ". ".join(filter(None, [self._note(key), self._target_note(key, present[key])]))
            link = self.filters.link(metric.counted)
            tiles.append(Tile(metric.column, present[key], self.found.before.get(key), link, note))
        return tiles

    def _note(self, key: str) -> str:
        """On how many cases a share, a percentile or a mean stands."""
        cases = cases_of(key)
        if not cases:
            return ""
        count = self.found.groups["all", ""].get(cases) or 0
        if not count:
            return "nothing to count"
        if count < _SMALLEST_SAMPLE:
            return f"of only {count:,}: too few to say much"
        if METRICS[key].of:
            return f"of {count:,} {METRICS[cases].name.lower()}"
        in_hours = METRICS[key].clock == PROMISE_CLOCK and not self.filters.hours
        is_nothing = in_hours and not round(self.found.groups["all", ""].get(key) or 0)
        return f"n = {count:,}{', outside business hours' if is_nothing else ''}"

    def _target_note(self, key: str, value: float | int | None) -> str:
        target, goal = self.report.target, self.filters.goal
        if target is None or target.metric != key:
            return ""
        return f"Target: {target.bound(goal)}{', missed' if target.is_missed(value, goal) else ''}"

    def chart(self, drawn: Drawn) -> Chart:
        series = [Series(metric, label, style) for metric, label, style in drawn.series]
        if drawn.is_compared:
            series.append(Series("before", self._before_words(), "faint"))
        marks = [self._mark(number, drawn) for number in range(len(self.steps))]
        unit = "day" if self.filters.period.step_days == 1 else "week"
        shape: Literal["line", "bars"] = "line" if drawn.is_line else "bars"
        title = f"{drawn.title}, by {unit}"
        target = self.report.target
        goal = target.percent(self.filters.goal) if target and drawn.has_goal else None
        return Chart(
            drawn.key, title, shape, drawn.kind, series, marks, drawn.ceiling, goal, is_band=drawn.is_band
        )  # fmt: skip

    def _before_words(self) -> str:
        """ "24 Sep – 23 Oct", with the year where it is another one."""
        before = self.filters.compared().period
        style = "j M" if before.first.year == self.filters.period.last.year else "j M Y"
        return " – ".join(date_format(day, style) for day in (before.first, before.last))

    def _mark(self, number: int, drawn: Drawn) -> Mark:
        """A share leads to all that it is a share of, a count to what it counts."""
        first, last = self.steps[number]
        present = self.found.steps.get(number, NOTHING)
        numbers = {metric: present.get(metric, self._empty(metric, first)) for metric, _, _ in drawn.series}
        there = self.filters.on_days(first, last)
        links = {metric: there.link(METRICS[metric].of or METRICS[metric].counted) for metric in numbers}
        main = next(iter(links.values()))
        if drawn.is_compared:
            main_metric = METRICS[drawn.series[0][0]]
            before = self.found.steps_before.get(number, NOTHING)
            numbers["before"] = before.get(main_metric.key, self._empty(main_metric.key, first))
            links["before"] = self.filters.compared_step(first, last).link(main_metric.of or main_metric.counted)
        return Mark(f"{first.day} {first:%b}", numbers, main, first <= self.today <= last, links)

    def _empty(self, key: str, first: date) -> int | None:
        """Where nothing happened a count is 0; there is no share or length, nor anything of the days to come."""
        is_count = METRICS[key].kind == "count" and not cases_of(key)
        return 0 if is_count and first <= self.today else None

    def lengths(self) -> list[Chart]:
        """The histogram of a set of lengths, with the usual target of each priority."""
        if not self.report.lengths_of or not self.found.bands:
            return []
        marks = []
        for number, low in enumerate(BANDS):
            high = BANDS[number + 1] if number + 1 < len(BANDS) else None
            took = f"{low}-{high or ''}"
            link = self.filters.narrowed(took=took).link(self.report.lengths_of)
            marks.append(Mark(_band(low, high), {"count": self.found.bands.get(number, 0)}, link))
        targets = promises(self.found.usual_targets)
        guides = [Guide(_place_of(seconds), f"{who}: {duration(seconds)}") for seconds, who in targets]
        clock = " of business hours" if self.filters.hours else ""
        note = (
            f"The upright lines are the usual targets{clock}: {'; '.join(guide.label for guide in guides)}."
            if guides
            else ""
        )
        series = [Series("count", "Cases", "accent")]
        chart = Chart("lengths", "How long first responses took", "bars", "count", series, marks, note=note)
        edges = [duration(low) if low else "0" for low in BANDS]
        return [replace(chart, first_column="Time", guides=guides, edges=edges)]

    def reasons(self) -> list[Chart]:
        """The metrics of the whole, side by side."""
        if not any(self.found.whole.values()):
            return []
        marks = [
            Mark(METRICS[key].name, {"count": value}, self.filters.link(METRICS[key].counted))
            for key, value in self.found.whole.items()
        ]
        series = [Series("count", "Cases", self.report.whole_style)]
        column = self.report.whole_column
        return [
            Chart(
                "reasons", self.report.whole_title, "bars", "count", series, marks, first_column=column, is_lying=True
            )
        ]

    def heatmaps(self, now: datetime) -> Iterator[Heatmap]:
        """Of who was on duty nothing is known by what tickets are about."""
        for key, title in self.report.heat.items():
            if key != STAFFED:
                yield self.heatmap(key, title)
            elif knows_staff(self.filters):
                yield per_look(self.heatmap(key, title), self.filters.period, now=now)

    def heatmap(self, key: str, title: str) -> Heatmap:
        metric, query = METRICS[key], self.filters.query()
        cells = [
            [
                HeatCell(
                    self.found.hours.get((weekday, hour), NOTHING).get(key),
                    link_to(metric.counted, {**query, "weekday": str(weekday), "hour": str(hour)}),
                )
                for hour in range(24)
            ]
            for weekday in range(1, 8)
        ]
        return Heatmap(key, title, metric.kind, cells, is_bad=metric.rising_is == "bad")


def promises(usual: Mapping[str, float]) -> list[tuple[float, str]]:
    """Each target with the priorities that it is usual for, the shortest first."""
    urgent_first = [priority for priority in reversed(Priority.values) if priority in usual]
    targets = dict.fromkeys(sorted(usual[priority] for priority in urgent_first))
    if len(targets) == 1:
        return [(seconds, "Promised") for seconds in targets]
    return [
        (seconds, ", ".join(Priority(each).label for each in urgent_first if usual[each] == seconds))
        for seconds in targets
    ]


def _place_of(seconds: float) -> float:
    """Where a length stands among the bands, which are drawn equally wide."""
    number = max(bisect_right(BANDS, seconds) - 1, 0)
    low = BANDS[number]
    high = BANDS[number + 1] if number + 1 < len(BANDS) else low * 2
    return number + min((seconds - low) / (high - low), 1)


def _band(low: int, high: int | None) -> str:
    """ "< 5 min", "5–15 min", "1–2 h", "72 h+"."""
    if high is None:
        return f"{duration(low)}+"
    if not low:
        return f"< {duration(high)}"
    unit, name = (MINUTE, "min") if high <= HOUR else (HOUR, "h")
    return f"{low // unit}–{high // unit} {name}"
