"""Small words of the report templates: figures, changes and charts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template

from reports import svg
from reports.base import Chart, Column, Row, Tile
from reports.definitions import REPORTS
from reports.wording import change, shown
from sla.models import Metric
from tickets.selectors.rows import channel_of

register = template.Library()


@register.filter
def figure(row: Row, column: Column) -> str:
    return shown(row.values[column.key], column.kind)


@register.filter
def report_title(slug: str) -> str:
    """What a saved report is one of; nothing once there is no such report any more."""
    return REPORTS[slug].title if slug in REPORTS else ""


@register.filter
def channel_label(kind: str) -> str:
    return channel_of(kind).label


@register.filter
def headline(tile: Tile) -> str:
    return shown(tile.value, tile.column.kind)


@register.filter
def tile_change(tile: Tile) -> str:
    return change(tile.value, tile.before, tile.column.kind)


@register.filter
def tile_mood(tile: Tile) -> str:
    """Whether the change is good or bad news: "ok", "bad" or ""."""
    if tile.value is None or tile.before is None or tile.value == tile.before or tile.column.rising_is == "neutral":
        return ""
    return "ok" if (tile.value > tile.before) == (tile.column.rising_is == "good") else "bad"


@register.filter
def tile_arrow(tile: Tile) -> str:
    if tile.value is None or tile.before is None or tile.value == tile.before:
        return ""
    return "▲" if tile.value > tile.before else "▼"


@register.filter
def drawing(chart: Chart) -> svg.Drawing:
    return svg.draw(chart)


@register.filter
def has_partial(chart: Chart) -> bool:
    return any(mark.is_partial for mark in chart.marks)


@register.filter
def swatch(style: str) -> str:
    """The strokes over a bar's colour in the legend, as in the chart itself."""
    return {"bad": "M0 10L10 0M6 10L16 0", "still": "M0 2H14M0 6H14"}.get(style, "")


@register.filter
def said(value: Any, kind: str) -> str:
    return shown(value, kind)


@register.filter
def metric_label(metric: str) -> str:
    return Metric(metric).label if metric in Metric.values else ""


@register.filter
def sparkline(values: Sequence[float]) -> str:
    """The points of a small line, 60 wide and 14 high."""
    top, places = max([*values, 1]), _places(len(values))
    return " ".join(f"{x},{13 - 12 * value / top:.1f}" for x, value in zip(places, values, strict=True))


@lru_cache(maxsize=64)
def _places(count: int) -> list[float]:
    return [round(60 * number / max(count - 1, 1), 1) for number in range(count)]


@register.filter
def weekday_name(number: int) -> str:
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[number - 1]
