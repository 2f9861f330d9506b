"""Cells, rows and marks, of which a page has hundreds: the template engine takes several times as long for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.base import Chart, Column, HeatCell, Heatmap, Mark, Row
from reports.svg import Bar, Drawing
from reports.wording import shown

register = template.Library()

HEAT_STEPS = 5
_CELL = '<td class="h{}">{}</td>'
_LINK = '<a href="{}">{}</a>'
_STOP = (
    '<a class="stop" href="{}" tabindex="-1" data-x="{}" aria-label="{}"><rect x="{}" y="{}" width="{}" height="{}"/>'
    "<title>{}</title></a>"
)
_DOT = (
    '<a href="{}" tabindex="-1" aria-label="{}"><circle class="target" cx="{}" cy="{}" r="9"/>'
    '<circle class="dot-mark {}" cx="{}" cy="{}" r="3"/><title>{}</title></a>'
)
_BAR = '<a href="{}" tabindex="-1" aria-label="{}"><rect class="bar {}" {}/>{}<title>{}</title></a>'
_BOX = 'x="{}" y="{}" width="{}" height="{}"'
_HATCHED = ("bad", "still")
_SHARE = (
    '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
    '<rect class="bar sunken" width="100" height="8"/><rect class="bar bad" width="{}" height="8"/></svg>'
)
_SO_FAR = format_html(' <span class="muted">{}</span>', "so far")


@register.simple_tag
def heat_cells(heatmap: Heatmap, row: Sequence[HeatCell]) -> SafeString:
    """The cells of one weekday, shaded by the busiest cell of all."""
    busiest = max((cell.value or 0 for each in heatmap.cells for cell in each), default=0)
    cells = (
        (_step(cell.value, busiest), _linked(cell.link, _short(cell.value, heatmap.kind)) if cell.value else "")
        for cell in row
    )
    return format_html_join("", _CELL, cells)


@register.simple_tag
def stops(drawing: Drawing) -> SafeString:
    return format_html_join(
        "",
        _STOP,
        (
            (stop.link, stop.x, stop.words, stop.left, drawing.top, stop.width, drawing.depth, stop.words)
            for stop in drawing.stops
        ),
    )


@register.simple_tag
def dots(drawing: Drawing) -> SafeString:
    return format_html_join(
        "",
        _DOT,
        (
            (dot.link, dot.label, dot.x, dot.y, _style(dot.style, is_partial=dot.is_partial), dot.x, dot.y, dot.label)
            for dot in drawing.dots
        ),
    )


@register.simple_tag
def bars(drawing: Drawing) -> SafeString:
    return format_html_join("", _BAR, (_bar(bar, drawing.chart.key) for bar in drawing.bars))


@register.simple_tag
def data_rows(chart: Chart) -> SafeString:
    """The rows of the table under a chart."""
    rows = (
        (mark.label, _SO_FAR if mark.is_partial else "", format_html_join("", "<td>{}</td>", _numbers(chart, mark)))
        for mark in chart.marks
    )
    return format_html_join("", '<tr><th scope="row">{}{}</th>{}</tr>', rows)


@register.simple_tag
def row_cells(row: Row, columns: Sequence[Column]) -> SafeString:
    """The figures of a row of the tables, each with its way to what it counts."""
    return format_html_join("", '<td data-label="{}">{}{}</td>', (_figure(row, column) for column in columns))


def _figure(row: Row, column: Column) -> tuple[str, str, str]:
    value = row.values[column.key]
    said = shown(value, column.kind)
    link = row.links.get(column.key, "") if value else ""
    bar = format_html(_SHARE, _share(row, column.key)) if column.key == "breached" else ""
    return column.label, bar, _linked(link, said) if link else said


def _numbers(chart: Chart, mark: Mark) -> Iterator[tuple[str]]:
    for series in chart.series:
        value = mark.numbers.get(series.key)
        said = shown(value, chart.kind)
        yield (_linked(mark.link_of(series.key), said) if value else said,)


def _bar(bar: Bar, chart_key: str) -> tuple[str, ...]:
    box = format_html(_BOX, bar.x, bar.y, bar.width, bar.height)
    hatch = ""
    if bar.style in _HATCHED:
        hatch = format_html('<rect {} fill="url(#{}-{})"/>', box, bar.style, chart_key)
    return bar.link, bar.label, _style(bar.style, is_partial=bar.is_partial), box, hatch, bar.label


def _style(style: str, *, is_partial: bool) -> str:
    return f"{style} partial" if is_partial else style


def _linked(link: str, words: str) -> SafeString:
    return format_html(_LINK, link, words)


def _share(row: Row, column_key: str) -> float:
    """The width of the small bar beside a breach count, in percent of the row's promises."""
    count = row.values.get("count") or 0
    return round(100 * (row.values.get(column_key) or 0) / count, 1) if count else 0


def _step(value: float | None, busiest: float) -> int:
    """The step from 0 to 5 of a cell's shade, by the busiest cell."""
    if not value or not busiest:
        return 0
    return max(1, round(HEAT_STEPS * value / busiest))


def _short(value: float, kind: str) -> str:
    """A figure that fits into a cell: durations in minutes or hours, percentages without their decimals."""
    if kind == "percent":
        return f"{value:.0f}%"
    if kind != "duration":
        return shown(value, kind)
    minutes = value / 60
    return f"{minutes:.0f}m" if minutes < 100 else f"{minutes / 60:.0f}h"
