"""Cells, rows and marks, of which a page has hundreds: the template engine takes several times as long for them."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from reports.base import Chart, Column, HeatCell, Heatmap, Row
from reports.svg import Drawing
from reports.wording import shown

register = template.Library()

HEAT_STEPS = 5
_LINK = '<a href="{}">{}</a>'
_HATCHED = ("bad", "still")
_SO_FAR = ' <span class="muted">so far</span>'


class Pieces:
    """Markup with places for words: all of them are put in, and escaped, at once. What stands in the markup itself is
    text of this file, or a number."""

    def __init__(self) -> None:
        self._markup: list[str] = []
        self._words: list[object] = []

    def add(self, markup: str, *words: object) -> None:
        self._markup.append(markup)
        self._words += words

    def html(self) -> SafeString:
        return format_html("".join([*self._markup, "{}"]), *self._words, "")


@register.simple_tag
def heat_cells(heatmap: Heatmap, row: Sequence[HeatCell]) -> SafeString:
    """The cells of one weekday, shaded by the busiest cell of all."""
    busiest = max((cell.value or 0 for each in heatmap.cells for cell in each), default=0)
    cells = Pieces()
    for cell in row:
        if cell.value:
            step = _step(cell.value, busiest)
            cells.add(f'<td class="h{step}">{_LINK}</td>', cell.link, _short(cell.value, heatmap.kind))
        else:
            cells.add('<td class="h0"></td>')
    return cells.html()


@register.simple_tag
def stops(drawing: Drawing) -> SafeString:
    found = Pieces()
    for stop in drawing.stops:
        words = escape(stop.words)
        found.add(
            f'<a class="stop" href="{{}}" tabindex="-1" data-x="{stop.x}" aria-label="{{}}"><rect x="{stop.left}"'
            f' y="{drawing.top}" width="{stop.width}" height="{drawing.depth}"/><title>{{}}</title></a>',
            stop.link, words, words,
        )  # fmt: skip
    return found.html()


@register.simple_tag
def dots(drawing: Drawing) -> SafeString:
    found = Pieces()
    for dot in drawing.dots:
        words = escape(dot.label)
        found.add(
            f'<a href="{{}}" tabindex="-1" aria-label="{{}}"><circle class="target" cx="{dot.x}" cy="{dot.y}" r="9"/>'
            f'<circle class="dot-mark {{}}" cx="{dot.x}" cy="{dot.y}" r="3"/><title>{{}}</title></a>',
            dot.link, words, _style(dot.style, is_partial=dot.is_partial), words,
        )  # fmt: skip
    return found.html()


@register.simple_tag
def bars(drawing: Drawing) -> SafeString:
    found = Pieces()
    for bar in drawing.bars:
        words = escape(bar.label)
        box = f'x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"'
        found.add(
            f'<a href="{{}}" tabindex="-1" aria-label="{{}}"><rect class="bar {{}}" {box}/>',
            bar.link, words, _style(bar.style, is_partial=bar.is_partial),
        )  # fmt: skip
        if bar.style in _HATCHED:
            found.add(f'<rect {box} fill="url(#{{}}-{{}})"/>', bar.style, drawing.chart.key)
        found.add("<title>{}</title></a>", words)
    return found.html()


@register.simple_tag
def data_rows(chart: Chart) -> SafeString:
    """The rows of the table under a chart."""
    rows = Pieces()
    for mark in chart.marks:
        rows.add(f'<tr><th scope="row">{{}}{_SO_FAR if mark.is_partial else ""}</th>', mark.label)
        for series in chart.series:
            value = mark.numbers.get(series.key)
            said = shown(value, chart.kind)
            if value:
                rows.add(f"<td>{_LINK}</td>", mark.link_of(series.key), said)
            else:
                rows.add("<td>{}</td>", said)
        rows.add("</tr>")
    return rows.html()


@register.simple_tag
def lying_rows(chart: Chart) -> SafeString:
    """A bar for each mark, as long as its part of the longest."""
    series = chart.series[0]
    longest = max((mark.numbers.get(series.key) or 0 for mark in chart.marks), default=0)
    rows = Pieces()
    for mark in chart.marks:
        value = mark.numbers.get(series.key) or 0
        length = round(100 * value / longest, 1) if longest else 0
        rows.add(
            '<tr><th scope="row">{}</th><td><span class="lying-bar"><svg viewBox="0 0 100 10" aria-hidden="true"'
            f' preserveAspectRatio="none"><rect class="bar {{}}" width="{length}" height="10"/></svg>',
            mark.label, series.style,
        )  # fmt: skip
        rows.add(_LINK, mark.link_of(series.key), shown(value, chart.kind)) if value else rows.add("<span>0</span>")
        rows.add("</span></td></tr>")
    return rows.html()


@register.simple_tag
def row_cells(row: Row, columns: Sequence[Column]) -> SafeString:
    """The figures of a row of the tables, each with its way to what it counts."""
    cells = Pieces()
    for column in columns:
        value = row.values[column.key]
        said = shown(value, column.kind)
        link = row.links.get(column.key, "") if value else ""
        cells.add(f'<td data-label="{{}}">{_bar_of(row) if column.key == "breached" else ""}', column.label)
        if link:
            cells.add(f"{_LINK}</td>", link, said)
        else:
            cells.add("{}</td>", said)
    return cells.html()


def _bar_of(row: Row) -> str:
    """The small bar beside a breach count, as wide as its share of the row's promises."""
    count = row.values.get("count") or 0
    percent = round(100 * (row.values.get("breached") or 0) / count, 1) if count else 0
    return (
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="bar sunken" width="100" height="8"/><rect class="bar bad" width="{percent}" height="8"/></svg>'
    )


def _style(style: str, *, is_partial: bool) -> str:
    return f"{style} partial" if is_partial else style


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
    return f"{minutes:.0f}m" if minutes < 99.5 else f"{minutes / 60:.0f}h"
