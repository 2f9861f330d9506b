"""The geometry of charts: numbers in, shapes for templates/reports/_chart.html out; colours are words of a sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.base import Chart, Mark
from reports.uprights import Upright, uprights
from reports.wording import shown

WIDTH, HEIGHT = 600, 200
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 24
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LABEL_EVERY_PX = 54
# Ceilings whose half is a round time too, from two minutes to ten days.
_MINUTES = (2, 4, 10, 20, 40, 60, 120, 240, 480, 720, 1200, 1440, 2880, 5760, 14400)
_DURATIONS = tuple(60 * minutes for minutes in _MINUTES)


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    style: str
    path: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    style: str
    label: str
    link: str
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    style: str
    label: str
    link: str
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """The column of one mark, all that it says in words, and where it leads: what a pointer or the keys go along."""

    x: float
    left: float
    width: float
    words: str
    link: str
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template draws, in the units of its viewBox."""

    chart: Chart
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    stops: Sequence[Stop]
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    bars: Sequence[Bar] = ()
    # The outlines of the space between the first and the last line.
    bands: Sequence[str] = ()
    guides: Sequence[Upright] = ()
    target: float | None = None
    width: int = field(default=WIDTH, init=False)
    height: int = field(default=HEIGHT, init=False)
    left: int = field(default=LEFT, init=False)
    right: int = field(default=WIDTH - RIGHT, init=False)
    top: int = field(default=TOP, init=False)
    floor: int = field(default=HEIGHT - BOTTOM, init=False)
    depth: int = field(default=PLOT_HEIGHT, init=False)

    @property
    def ceiling(self) -> float:
        """Where the drawing begins: above the marks if upright lines have words there."""
        return min([0, *(guide.top - TOP for guide in self.guides)])

    @property
    def whole_height(self) -> float:
        return HEIGHT - self.ceiling


def draw(chart: Chart) -> Drawing:
    top = chart.ceiling or _ceiling(chart)
    ticks = [Tick(_y(share * top, top), shown(share * top, chart.kind)) for share in (0, 0.5, 1)]
    stops, x_ticks = _stops(chart), _x_ticks(chart)
    places = [(_along(guide.at, chart), guide.label) for guide in chart.guides]
    guides = uprights(places, right=WIDTH - RIGHT, above=TOP)
    if chart.shape == "line":
        lines, dots = _lines(chart, top)
        bands = _bands(chart, top) if chart.is_band else ()
        target = _y(chart.target, top) if chart.target is not None else None
        return Drawing(
            chart, x_ticks, ticks, stops, lines=lines, dots=dots, bands=bands, guides=guides, target=target
        )  # fmt: skip
    return Drawing(chart, x_ticks, ticks, stops, bars=_bars(chart, top), guides=guides)


def _stops(chart: Chart) -> list[Stop]:
    width = round(PLOT_WIDTH / max(len(chart.marks), 1), 2)
    return [
        Stop(_x(number, chart), _along(number, chart), width, _words(chart, mark), mark.link, mark.is_partial)
        for number, mark in enumerate(chart.marks)
    ]


def _words(chart: Chart, mark: Mark) -> str:
    """ "16 Nov, so far: Kept 12, Missed 3"; one series needs no name."""
    said = [(series.label, shown(mark.numbers.get(series.key), chart.kind)) for series in chart.series]
    figures = said[0][1] if len(said) == 1 else ", ".join(f"{label} {figure}" for label, figure in said)
    return f"{mark.label}{', so far' if mark.is_partial else ''}: {figures}"


def _bands(chart: Chart, top: float) -> list[str]:
    """Closed outlines along the first series and back along the last, broken where either has no figure."""
    first, last = chart.series[0].key, chart.series[-1].key
    outlines: list[str] = []
    run: list[tuple[float, float, float]] = []
    for number, mark in enumerate([*chart.marks, None]):
        low, high = (mark.numbers.get(first), mark.numbers.get(last)) if mark else (None, None)
        if low is not None and high is not None:
            run.append((_x(number, chart), _y(low, top), _y(high, top)))
            continue
        if len(run) > 1:
            there = [f"{x} {low_y}" for x, low_y, _ in run]
            back = [f"{x} {high_y}" for x, _, high_y in reversed(run)]
            outlines.append(f"M{'L'.join([*there, *back])}Z")
        run = []
    return outlines


def _ceiling(chart: Chart) -> float:
    highest = _highest(chart)
    if chart.kind != "duration":
        return nice_ceiling(highest)
    return next((step for step in _DURATIONS if step >= highest), nice_ceiling(highest / 7200) * 7200)


def nice_ceiling(highest: float) -> float:
    """The next even 1, 2, 4, 5 or 10 times a power of ten, so that half of it is a whole number too."""
    if highest <= 2:
        return 2
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= highest)


def _highest(chart: Chart) -> float:
    if chart.shape == "bars":
        return max((sum(value or 0 for value in mark.numbers.values()) for mark in chart.marks), default=0)
    return max((value or 0 for mark in chart.marks for value in mark.numbers.values()), default=0)


def _lines(chart: Chart, top: float) -> tuple[list[Line], list[Dot]]:
    lines: list[Line] = []
    dots: list[Dot] = []
    for series in reversed(chart.series):  # the first series is drawn on top
        path, pen_is_down = [], False
        for number, mark in enumerate(chart.marks):
            value = mark.numbers.get(series.key)
            if value is None:
                pen_is_down = False
                continue
            x, y = _x(number, chart), _y(value, top)
            path.append(f"{'L' if pen_is_down else 'M'}{x} {y}")
            pen_is_down = True
            if series is chart.series[0]:
                label = f"{mark.label}: {shown(value, chart.kind)}"
                dots.append(Dot(x, y, series.style, label, mark.link_of(series.key), mark.is_partial))
        lines.append(Line(series.style, "".join(path)))
    return lines, dots


def _bars(chart: Chart, top: float) -> list[Bar]:
    slot = PLOT_WIDTH / max(len(chart.marks), 1)
    width = round(max(slot * 0.72, 1.5), 2)
    bars: list[Bar] = []
    for number, mark in enumerate(chart.marks):
        base = 0.0
        for series in chart.series:
            value = mark.numbers.get(series.key) or 0
            if not value:
                continue
            y, floor = _y(base + value, top), _y(base, top)
            label = f"{mark.label}: {shown(value, chart.kind)} {series.label.lower()}"
            x = round(_x(number, chart) - width / 2, 2)
            link = mark.link_of(series.key)
            bars.append(Bar(x, y, width, round(floor - y, 2), series.style, label, link, mark.is_partial))
            base += value
    return bars


def _x(number: int, chart: Chart) -> float:
    """The middle of the mark's slot."""
    return _along(number + 0.5, chart)


def _along(marks: float, chart: Chart) -> float:
    """So many marks from the left."""
    return round(LEFT + PLOT_WIDTH * min(marks / max(len(chart.marks), 1), 1), 2)


def _y(value: float, top: float) -> float:
    return round(TOP + PLOT_HEIGHT * (1 - min(value / top, 1)), 2)


def _x_ticks(chart: Chart) -> list[Tick]:
    """As many labels as fit side by side, below the middles of the marks or at their left edges."""
    if not chart.marks:
        return []
    every = max(1, math.ceil(LABEL_EVERY_PX * len(chart.marks) / PLOT_WIDTH))
    labels = chart.edges or [mark.label for mark in chart.marks]
    shift = 0.0 if chart.edges else 0.5
    return [Tick(_along(number + shift, chart), label) for number, label in enumerate(labels) if number % every == 0]
