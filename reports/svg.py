"""The geometry of charts: numbers in, shapes for templates/reports/_chart.html out; colours are words of a sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.base import Chart, Mark
from reports.wording import shown

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 10, 24
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LABEL_EVERY_PX = 62
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
class Drawing:
    """What the template draws, in the units of its viewBox."""

    chart: Chart
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    bars: Sequence[Bar] = ()
    target: float | None = None
    width: int = field(default=WIDTH, init=False)
    height: int = field(default=HEIGHT, init=False)
    left: int = field(default=LEFT, init=False)
    right: int = field(default=WIDTH - RIGHT, init=False)
    floor: int = field(default=HEIGHT - BOTTOM, init=False)


def draw(chart: Chart) -> Drawing:
    top = chart.ceiling or _ceiling(chart)
    ticks = [Tick(_y(share * top, top), shown(share * top, chart.kind)) for share in (0, 0.5, 1)]
    if chart.shape == "line":
        lines, dots = _lines(chart, top)
        target = _y(chart.target, top) if chart.target is not None else None
        return Drawing(chart, _x_ticks(chart.marks), ticks, lines=lines, dots=dots, target=target)
    return Drawing(chart, _x_ticks(chart.marks), ticks, bars=_bars(chart, top))


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
                dots.append(Dot(x, y, series.style, label, mark.link, mark.is_partial))
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
            bars.append(Bar(x, y, width, round(floor - y, 2), series.style, label, mark.link, mark.is_partial))
            base += value
    return bars


def _x(number: int, chart: Chart) -> float:
    """The middle of the mark's slot."""
    return round(LEFT + PLOT_WIDTH * (number + 0.5) / max(len(chart.marks), 1), 2)


def _y(value: float, top: float) -> float:
    return round(TOP + PLOT_HEIGHT * (1 - min(value / top, 1)), 2)


def _x_ticks(marks: Sequence[Mark]) -> list[Tick]:
    """As many labels as fit side by side."""
    if not marks:
        return []
    slot = PLOT_WIDTH / len(marks)
    every = max(1, math.ceil(LABEL_EVERY_PX / slot))
    return [
        Tick(round(LEFT + slot * (number + 0.5), 2), mark.label)
        for number, mark in enumerate(marks)
        if number % every == 0
    ]
