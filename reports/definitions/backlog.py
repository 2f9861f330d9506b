"""The report on the backlog: what is open, how old it is, whom it waits for, and how it grew and shrank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from people.models import Agent
from reports.backlog import DIMENSIONS, WAITS_ON_US, Standing, counts_at, standing_at
from reports.base import Chart, Choice, Mark, Report, Result, Row, Series, Tile
from reports.fact_choices import choices_for
from reports.fact_filters import FactFilters
from reports.fact_names import LABELS, names_of
from reports.measuring import NOTHING, Measured, Wanted, measure
from reports.metrics import METRICS
from reports.moments import BAND_LABELS, MOMENTS
from reports.period import Period
from tickets.models import Priority, Status

OLD_BANDS = (3, 4, 5)
OPEN, ON_US, OLD, OLDEST = (MOMENTS[key].column for key in ("open", "on_us", "old", "oldest"))
BANDS = tuple(MOMENTS[f"band{number}"].column for number in range(len(BAND_LABELS)))
_FLOW = ("came_in", "went_out")
_GROUPS = {"status": "Status", **LABELS}
_OFFERED = ("compare", "team", "agent", "inbox", "brand", "channel", "priority", "organization", "tier")


class BacklogReport(Report):
    slug = "backlog"
    title = "Backlog"
    icon = "hourglass"
    question = "What is open, how old is it, whom does it wait for, and is it growing?"
    description = (
        "What is open at the end of the period, or now, by age; each figure leads to exactly those tickets. Ages are"
        " calendar time."
    )
    needs = "Nothing was open, came in or went out: a good place to be."
    Filters = FactFilters
    is_of_a_moment = True

    def run(self, viewer: Agent, filters: FactFilters, *, now: datetime) -> Result:
        at = moment_of(filters.period, now)
        standing = standing_at(viewer, filters, at, now=now)
        moments = _ends(filters.period, now)
        page = _Page(filters, standing, at, now)
        before, *counts = counts_at(viewer, filters, [filters.compared().period.ends_at, *moments], now=now)
        flow = measure(viewer, filters, Wanted(rows=_FLOW, steps=_FLOW, by=()))
        columns = [OPEN, ON_US, *BANDS, OLDEST]
        if not (standing or any(counts) or any(flow.groups.get(("all", ""), NOTHING).values())):
            return Result(columns=columns, rows=())
        return Result(
            columns=columns,
            rows=page.rows(),
            tiles=page.tiles(before, flow),
            charts=[page.line(moments, counts), page.flow(flow), page.ages()],
        )

    def choices(self, viewer: Agent, filters: FactFilters) -> Sequence[Choice]:
        offered = [choice for choice in choices_for(viewer, filters) if choice.name in _OFFERED]
        more = [("", "Nothing more"), ("tag", "Tag")]
        return [*offered, Choice("by", "Also broken down by", more, filters.by, is_more=True)]


def backlog_tile(viewer: Agent, filters: FactFilters, *, now: datetime) -> Tile:
    """What is open at the end of the period, beside what was at the end of the days compared with."""
    moments = [filters.compared().period.ends_at, moment_of(filters.period, now)]
    before, count = counts_at(viewer, filters, moments, now=now)
    return Tile(replace(OPEN, label="Backlog"), count, before, _Page(filters, {}, moments[-1], now).link())


def moment_of(period: Period, now: datetime) -> datetime:
    """What is asked for: the end of the period, or now while it lasts."""
    return min(period.ends_at, now)


def _ends(period: Period, now: datetime) -> list[datetime]:
    """The ends of the steps of the period as far as they have begun; the last one may be now."""
    zone = period.zone
    ends = [Period(first, last, zone) for first, last in period.steps()]
    return [moment_of(step, now) for step in ends if step.starts_at < now]


@dataclass(frozen=True, slots=True)
class _Page:
    """One run, about to become a Result."""

    filters: FactFilters
    standing: dict[tuple[str, str], Standing]
    at: datetime
    now: datetime

    @property
    def all(self) -> Standing:
        return self.standing.get(("all", ""), Standing())

    def rows(self) -> list[Row]:
        names = names_of(Measured(groups=dict.fromkeys(self.standing, NOTHING)))
        rows = [self._row("All", "Everything", self.all)]
        for dimension in (*DIMENSIONS, "tag"):
            found = [(value, group) for (name, value), group in self.standing.items() if name == dimension]
            for value, group in sorted(found, key=lambda pair: _order(dimension, *pair)):
                label = Status(value).label if dimension == "status" else names.label(dimension, value)
                rows.append(self._row(_GROUPS[dimension], label, group, **{dimension: value or "none"}))
        return rows

    def _row(self, group: str, label: str, standing: Standing, **only: str) -> Row:
        bands = {column.key: standing.by_band.get(number, 0) for number, column in enumerate(BANDS)}
        values: dict[str, Any] = {
            "count": standing.count, "open": standing.count, "on_us": standing.on_us, **bands,
            "oldest": self._age(standing),
        }  # fmt: skip
        if self.at < self.now:
            values["on_us"] = None
        links = {"count": self.link(**only), "open": self.link(**only), "oldest": self.link(**only)}
        links |= {"on_us": self.link(**only, waits=WAITS_ON_US)}
        links |= {column.key: self.link(**only, age=str(number)) for number, column in enumerate(BANDS)}
        return Row(group, label, values, links)

    def _age(self, standing: Standing) -> float | None:
        return (self.at - standing.oldest).total_seconds() if standing.oldest else None

    def tiles(self, before: int, flow: Measured) -> list[Tile]:
        old = sum(self.all.by_band.get(number, 0) for number in OLD_BANDS)
        share = f"{100 * old / self.all.count:.0f} % of the open ones" if self.all.count else ""
        tiles = [Tile(OPEN, self.all.count, before, self.link())]
        if self.at >= self.now:
            tiles.append(Tile(ON_US, self.all.on_us, None, self.link(waits=WAITS_ON_US)))
        return [
            *tiles,
            Tile(OLD, old, None, self.link(age="old"), share),
            Tile(OLDEST, self._age(self.all), None, self.link()),
            *self._flow_tiles(flow),
        ]

    def _flow_tiles(self, flow: Measured) -> Iterator[Tile]:
        """By how much the backlog grew stands between what came in and what went out."""
        present = flow.groups.get(("all", ""), NOTHING)
        numbers = {key: int(present.get(key) or 0) for key in _FLOW}
        grown = numbers["came_in"] - numbers["went_out"]
        notes = {"went_out": f"{abs(grown):,} {'fewer' if grown > 0 else 'more'} than came in" if grown else ""}
        for key, number in numbers.items():
            link = self.filters.link(METRICS[key].counted)
            yield Tile(METRICS[key].column, number, flow.before.get(key) or 0, link, notes.get(key, ""))

    def line(self, moments: Sequence[datetime], counts: Sequence[int]) -> Chart:
        marks = []
        for number, (_, last) in enumerate(self.filters.period.steps()):
            count = counts[number] if number < len(counts) else None
            marks.append(Mark(_day(last), {"open": count}, self.link_on(last), number == len(moments) - 1))
        series = [Series("open", "Open", "accent")]
        title = f"Open at the end of the {_unit(self.filters)}"
        return Chart("line", title, "line", "count", series, marks, first_column="Until")

    def flow(self, found: Measured) -> Chart:
        marks = []
        for number, (first, last) in enumerate(self.filters.period.steps()):
            there = self.filters.on_days(first, last)
            links = {key: there.link(key) for key in _FLOW}
            values = found.steps.get(number, NOTHING)
            numbers = {key: values.get(key) or 0 for key in _FLOW}
            today = self.now.astimezone(self.filters.period.zone).date()
            marks.append(Mark(_day(first), numbers, links["came_in"], first <= today <= last, links))
        series = [Series(key, METRICS[key].name, style) for key, style in zip(_FLOW, ("accent", "middle"), strict=True)]
        return Chart("flow", f"Came in and went out, by {_unit(self.filters)}", "line", "count", series, marks)

    def ages(self) -> Chart:
        marks = [
            Mark(label, {"open": self.all.by_band.get(number, 0)}, self.link(age=str(number)))
            for number, label in enumerate(BAND_LABELS)
        ]
        return Chart(
            "ages",
            "Age of what is open",
            "bars",
            "count",
            [Series("open", "Open", "accent")],
            marks,
            first_column="Age",
            is_lying=True,
        )

    def link(self, **only: str) -> str:
        """The list of exactly these tickets."""
        return self.link_on(self.filters.period.last, **only)

    def link_on(self, last: date, **only: str) -> str:
        first = min(self.filters.period.first, last)
        extra: dict[str, str] = {name: value for name, value in only.items() if name in ("age", "waits", "status")}
        narrowed = {name: value for name, value in only.items() if name not in extra}
        filters = self.filters.on_days(first, last).narrowed(**narrowed)
        query: dict[str, str] = {**filters.query(), **extra}
        return f"{reverse('reports:backlog-tickets')}?{urlencode(query)}"


def _order(dimension: str, value: str, standing: Standing) -> tuple[int, str]:
    if dimension == "status":
        return Status.values.index(value), ""
    if dimension == "priority":
        return -Priority.values.index(value) if value in Priority.values else 1, ""
    return -standing.count, value


def _unit(filters: FactFilters) -> str:
    return "day" if filters.period.step_days == 1 else "week"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
