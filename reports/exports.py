"""Tables as CSV: streamed line by line, and safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from defusedcsv import csv

from reports.base import Result


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
