"""Tables as CSV, streamed line by line, and as XLSX; both are safe to open in a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from defusedcsv import csv

from reports.base import Chart, Heatmap, Result

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class _Line:
    """A file that hands each written line straight back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(result: Result) -> Iterator[str]:
    """The table of the page, figure by figure: durations in seconds, percentages as numbers."""
    header = ["Group", "Name", *(column.csv_label for column in result.columns)]
    body = (
        [row.group, row.label, *(_plain(row.values[column.key]) for column in result.columns)] for row in result.rows
    )
    return lines(header, body)


def chart_lines(chart: Chart) -> Iterator[str]:
    """The numbers of one chart, a line for each mark."""
    unit = {"duration": " (seconds)", "percent": " (%)"}.get(chart.kind, "")
    header = [chart.first_column, *(series.label + unit for series in chart.series)]
    return lines(
        header, ([mark.label, *(_plain(mark.numbers.get(s.key)) for s in chart.series)] for mark in chart.marks)
    )


def heatmap_lines(heatmap: Heatmap) -> Iterator[str]:
    """A line for each day of the week, a column for each hour."""
    body = ([day, *(_plain(cell.value) for cell in cells)] for day, cells in zip(WEEKDAYS, heatmap.cells, strict=True))
    return lines(["Weekday", *(f"{hour:02}:00" for hour in range(24))], body)


def lines(header: Sequence[str], body: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    # Excel takes a file for UTF-8 only when it begins with this mark.
    yield "\ufeff" + writer.writerow(header)
    for row in body:
        yield writer.writerow(row)


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return round(value, 1) if isinstance(value, float) else value


def xlsx_file(result: Result, title: str) -> bytes:
    """The same table; durations are times of the spreadsheet's own, and no text becomes a formula or a link."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    # Spreadsheets show times below zero only in this calendar; there is no date in the table.
    options["date_1904"] = True
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True})
    formats = {
        "duration": book.add_format({"num_format": "[h]:mm:ss"}),
        "age": book.add_format({"num_format": "[h]:mm:ss"}),
        "percent": book.add_format({"num_format": '0.0" %"'}),
        "count": book.add_format({"num_format": "#,##0"}),
        "number": book.add_format({"num_format": "#,##0.0"}),
    }
    for number, name in enumerate(["Group", "Name", *(column.label for column in result.columns)]):
        sheet.write_string(0, number, name, bold)
    for line, row in enumerate(result.rows, 1):
        sheet.write_string(line, 0, row.group)
        sheet.write_string(line, 1, row.label)
        for number, column in enumerate(result.columns, 2):
            value = row.values[column.key]
            if column.kind == "text":
                sheet.write_string(line, number, str(value))
            elif value is not None:
                days = value / 86400 if column.kind in ("duration", "age") else value
                sheet.write_number(line, number, days, formats[column.kind])
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, len(result.columns) + 1, 16)
    book.close()
    return file.getvalue()
