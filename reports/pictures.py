"""Charts as PNG pictures, for mails: the shapes of reports/svg.py drawn on paper."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from reports.base import Chart
from reports.svg import HEIGHT, WIDTH, Bar, Drawing, draw
from reports.wording import shown

SCALE = 2
_INK = {
    "ok": "#1a7f47",
    "bad": "#b3202c",
    "accent": "#2458c5",
    "faint": "#9aa1ad",
    "still": "#b9c0cc",
    "middle": "#5b6472",
}
_TEXT, _GRID, _PAPER = "#5b6472", "#dfe3ea", "#ffffff"
_HEAD = 28
# The font of the pictures knows no dashes.
_PLAIN = str.maketrans({"–": "-", "−": "-"})


@dataclass(frozen=True, slots=True)
class _Paper:
    """A pen, and how far below the upper edge the drawing's own zero is."""

    pen: ImageDraw.ImageDraw
    head: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return x * SCALE, (y + self.head) * SCALE

    def write(self, x: float, y: float, words: str, *, size: int = 11, ink: str = _TEXT, anchor: str = "la") -> float:
        """How wide the words are, at most."""
        font = ImageFont.load_default(size * SCALE)
        plain = words.translate(_PLAIN)
        self.pen.text(self.at(x, y), plain, fill=ink, font=font, anchor=anchor)
        return self.pen.textlength(plain, font=font) / SCALE


def png(chart: Chart) -> bytes:
    drawing = draw(chart)
    head = _HEAD - drawing.ceiling
    image = Image.new("RGB", (WIDTH * SCALE, round((HEIGHT + head) * SCALE)), _PAPER)
    paper = _Paper(ImageDraw.Draw(image), head)
    paper.write(8, 4 - head, chart.title, size=15, ink="#1c2330")
    _axes(paper, drawing)
    for bar in drawing.bars:
        corners = [*paper.at(bar.x, bar.y), *paper.at(bar.x + bar.width, bar.y + bar.height)]
        paper.pen.rectangle(corners, fill=_ink(bar.style))
        _pattern(paper, bar)
    _legend(paper, drawing)
    _uprights(paper, drawing)
    for line in drawing.lines:
        for stroke in line.path.split("M")[1:]:
            points = [paper.at(*_pair(pair)) for pair in stroke.split("L")]
            if len(points) > 1:
                paper.pen.line(points, fill=_ink(line.style), width=2 * SCALE, joint="curve")
    for dot in drawing.dots:
        # A day between two without a figure is no line.
        paper.pen.ellipse([*paper.at(dot.x - 2, dot.y - 2), *paper.at(dot.x + 2, dot.y + 2)], fill=_ink(dot.style))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _pattern(paper: _Paper, bar: Bar) -> None:
    """What is missed has stripes too, for whoever does not see its red."""
    if bar.style != "bad":
        return
    left, top, right, bottom = *paper.at(bar.x, bar.y), *paper.at(bar.x + bar.width, bar.y + bar.height)
    y = top + 3 * SCALE
    while y < bottom:
        paper.pen.line([(left, y), (right, y)], fill=_PAPER, width=1)
        y += 4 * SCALE


def _legend(paper: _Paper, drawing: Drawing) -> None:
    """The names of the series, from the right."""
    right, line = float(drawing.right), 13 - paper.head
    chart = drawing.chart
    target = [(f"Target {shown(chart.target, chart.kind)}", "ok")] if drawing.target is not None else []
    for label, style in reversed([*((series.label, series.style) for series in chart.series), *target]):
        right -= paper.write(right, line, label, anchor="rm") + 16
        paper.pen.rectangle([*paper.at(right, line - 4), *paper.at(right + 12, line + 4)], fill=_ink(style))
        right -= 12


def _uprights(paper: _Paper, drawing: Drawing) -> None:
    for guide in drawing.guides:
        side, anchor = (-4, "rm") if guide.words_go_left else (4, "lm")
        paper.pen.line([paper.at(guide.at, guide.top), paper.at(guide.at, drawing.floor)], fill=_TEXT, width=SCALE)
        paper.write(guide.at + side, guide.top + 6, guide.label, anchor=anchor)


def _axes(paper: _Paper, drawing: Drawing) -> None:
    pen = paper.pen
    for tick in drawing.y_ticks:
        pen.line([paper.at(drawing.left, tick.at), paper.at(drawing.right, tick.at)], fill=_GRID, width=SCALE)
        paper.write(drawing.left - 6, tick.at, tick.label, anchor="rm")
    for tick in drawing.x_ticks:
        paper.write(tick.at, HEIGHT - 6, tick.label, anchor="ms")
    if drawing.target is not None:
        ends = [paper.at(drawing.left, drawing.target), paper.at(drawing.right, drawing.target)]
        pen.line(ends, fill=_INK["ok"], width=SCALE)


def _ink(style: str) -> str:
    return _INK.get(style, _TEXT)


def _pair(text: str) -> tuple[float, float]:
    x, y = re.split(r"\s+", text.strip())
    return float(x), float(y)
