"""Charts as PNG pictures, for mails: the shapes of reports/svg.py drawn on paper."""

from __future__ import annotations

import io
import re

from PIL import Image, ImageDraw, ImageFont

from reports.base import Chart
from reports.svg import HEIGHT, WIDTH, Drawing, draw

SCALE = 2
_INK = {"ok": "#1a7f47", "bad": "#b3202c", "accent": "#2458c5", "faint": "#9aa1ad", "still": "#b9c0cc"}
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
    for line in drawing.lines:
        for stroke in line.path.split("M")[1:]:
            points = [_at(*_pair(pair)) for pair in stroke.split("L")]
            if len(points) > 1:
                pen.line(points, fill=_ink(line.style), width=2 * SCALE, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


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
