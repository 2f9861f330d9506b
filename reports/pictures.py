"""Charts as PNG pictures, for mails: the shapes of reports/svg.py drawn on paper."""

from __future__ import annotations

import io
import re

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


def png(chart: Chart) -> bytes:
    drawing = draw(chart)
    image = Image.new("RGB", (WIDTH * SCALE, (HEIGHT + _HEAD) * SCALE), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.text(_at(8, 4 - _HEAD), chart.title, fill="#1c2330", font=ImageFont.load_default(15 * SCALE))
    _axes(pen, drawing)
    for bar in drawing.bars:
        corners = [*_at(bar.x, bar.y), *_at(bar.x + bar.width, bar.y + bar.height)]
        pen.rectangle(corners, fill=_ink(bar.style))
        _pattern(pen, bar)
    _legend(pen, drawing)
    for line in drawing.lines:
        for stroke in line.path.split("M")[1:]:
            points = [_at(*_pair(pair)) for pair in stroke.split("L")]
            if len(points) > 1:
                pen.line(points, fill=_ink(line.style), width=2 * SCALE, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _pattern(pen: ImageDraw.ImageDraw, bar: Bar) -> None:
    """What is missed has stripes too, for whoever does not see its red."""
    if bar.style != "bad":
        return
    left, top, right, bottom = *_at(bar.x, bar.y), *_at(bar.x + bar.width, bar.y + bar.height)
    y = top + 3 * SCALE
    while y < bottom:
        pen.line([(left, y), (right, y)], fill=_PAPER, width=1)
        y += 4 * SCALE


def _legend(pen: ImageDraw.ImageDraw, drawing: Drawing) -> None:
    """The names of the series, from the right; and the words of upright lines."""
    font = ImageFont.load_default(11 * SCALE)
    right = float(drawing.right)
    chart = drawing.chart
    target = [(f"Target {shown(chart.target, chart.kind)}", "ok")] if drawing.target is not None else []
    for label, style in reversed([*((series.label, series.style) for series in chart.series), *target]):
        pen.text(_at(right, 13 - _HEAD), label, fill=_TEXT, font=font, anchor="rm")
        right -= pen.textlength(label, font=font) / SCALE + 16
        pen.rectangle([*_at(right, 9 - _HEAD), *_at(right + 12, 17 - _HEAD)], fill=_ink(style))
        right -= 12
    for guide in drawing.guides:
        side, anchor = (-4, "rm") if guide.words_go_left else (4, "lm")
        pen.line([_at(guide.at, drawing.top), _at(guide.at, drawing.floor)], fill=_TEXT, width=SCALE)
        pen.text(_at(guide.at + side, guide.words_at + 6), guide.label, fill=_TEXT, font=font, anchor=anchor)


def _axes(pen: ImageDraw.ImageDraw, drawing: Drawing) -> None:
    font = ImageFont.load_default(11 * SCALE)
    for tick in drawing.y_ticks:
        pen.line([_at(drawing.left, tick.at), _at(drawing.right, tick.at)], fill=_GRID, width=SCALE)
        pen.text(_at(drawing.left - 6, tick.at), tick.label, fill=_TEXT, font=font, anchor="rm")
    for tick in drawing.x_ticks:
        pen.text(_at(tick.at, HEIGHT - 6), tick.label, fill=_TEXT, font=font, anchor="ms")
    if drawing.target is not None:
        pen.line([_at(drawing.left, drawing.target), _at(drawing.right, drawing.target)], fill=_INK["ok"], width=SCALE)


def _ink(style: str) -> str:
    return _INK.get(style, _TEXT)


def _pair(text: str) -> tuple[float, float]:
    x, y = re.split(r"\s+", text.strip())
    return float(x), float(y)


def _at(x: float, y: float) -> tuple[float, float]:
    return x * SCALE, (y + _HEAD) * SCALE
