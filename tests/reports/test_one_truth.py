"""Page, list behind a figure, API and file say the same, in three zones and across a change of clocks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from people.services.api_tokens import create_api_token
from reports.base import Result
from reports.definitions import REPORTS
from reports.listed import count_behind
from reports.metrics import METRICS
from tests.cast import Cast
from tests.reports.fortnight import NOW, Fortnight

# In Los Angeles the clocks change on 8 March 2026; the days before, of and after it, and the whole.
STRETCHES = (("2026-03-07", "2026-03-07"), ("2026-03-08", "2026-03-08"), ("2026-03-09", "2026-03-09"),
             ("2026-03-01", "2026-03-16"))  # fmt: skip
ZONES = ("America/Los_Angeles", "UTC", "Pacific/Auckland")


@pytest.fixture(autouse=True)
def _at_the_end_of_the_fortnight() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("zone", ZONES)
def test_page_list_api_and_file_agree(cast: Cast, fortnight: Fortnight, client: Client, zone: str) -> None:
    client.force_login(cast.mona)
    headers = {"Authorization": f"Bearer {create_api_token(cast.mona)[1]}"}
    for slug in REPORTS:
        for first, last in STRETCHES:
            query = {"from": first, "to": last, "zone": zone}
            result = _run(cast, slug, query)
            _assert_lists(cast, result, zone)
            told = client.get(f"/api/v1/reports/{slug}/", query, headers=headers).json()
            shown = [column.key for column in result.columns]
            assert [row["values"] for row in told["rows"]] == [
                {key: row.values[key] for key in shown if key in row.values} for row in result.rows
            ]
            file = client.get(f"/reports/{slug}/export.csv", query)
            lines = list(csv.reader(io.StringIO(_text(file))))[1:]
            assert [line[2:] for line in lines] == [_cells(result, row.values) for row in result.rows]


def test_days_and_the_hours_of_the_week_add_up_in_every_zone(cast: Cast, fortnight: Fortnight) -> None:
    for zone in ZONES:
        result = _run(cast, "volume", {"from": "2026-03-01", "to": "2026-03-17", "zone": zone})
        total = result.rows[0].values["opened"]
        assert total == 42
        assert sum(mark.numbers["opened"] or 0 for mark in result.charts[0].marks) == total
        assert sum(cell.value or 0 for row in result.heatmaps[0].cells for cell in row) == total


def _run(cast: Cast, slug: str, query: dict[str, str]) -> Result:
    report = REPORTS[slug]
    return report.run(cast.mona, report.Filters.from_query(query, now=NOW, zone=ZoneInfo("UTC")), now=NOW)


def _assert_lists(cast: Cast, result: Result, zone: str) -> None:
    """Counts equal their lists; a percentile or a share is reckoned anew from its list."""
    for row in result.rows[:4]:
        for column in result.columns:
            if column.kind != "count" or row.values[column.key] is None:
                continue
            query = {name: values[0] for name, values in parse_qs(urlsplit(row.links[column.key]).query).items()}
            assert query["zone"] == zone
            if column.key in METRICS:
                assert query["set"] == METRICS[column.key].counted
            behind = count_behind(cast.mona, row.links[column.key], now=NOW, zone=ZoneInfo("UTC"))
            assert behind == row.values[column.key], (row, column)


def _text(response: Any) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def _cells(result: Result, values: Any) -> list[str]:
    return [_cell(values[column.key]) for column in result.columns]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(round(value, 1) if isinstance(value, float) else value)
