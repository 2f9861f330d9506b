"""Every report keeps the contract: empty desk, viewer's scope, file equals table, days of the viewer, fixed queries."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from core.errors import NotAllowed
from people.models import Agent, Team
from reports.base import Report, Result
from reports.definitions import REPORTS
from reports.metrics import REGISTRY
from reports.runner import run_report
from tests.cast import Cast
from tests.reports.fortnight import NOW, START, make_fortnight

ZONES = ("Pacific/Auckland", "UTC", "America/Los_Angeles")
ALL_DAYS = {"from": (START - timedelta(days=1)).date().isoformat(), "to": NOW.date().isoformat()}

pytestmark = pytest.mark.django_db


@pytest.fixture(params=sorted(REPORTS))
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]


@pytest.fixture(autouse=True)
def _at_the_end_of_the_fortnight(report: Report) -> Iterator[None]:
    """What is told of a moment is told of the same one by a run and by a page."""
    if not report.is_of_a_moment:
        yield
        return
    with time_machine.travel(NOW, tick=False):
        yield


def _run(report: Report, viewer: Agent, values: dict[str, str] | None = None) -> Result:
    filters = report.Filters.from_query(values or ALL_DAYS, now=NOW, zone=ZoneInfo(viewer.time_zone))
    return report.run(viewer, filters, now=NOW)


def _total(result: Result) -> int:
    """The count of the row that sums up everything."""
    return next((row.values["count"] for row in result.rows if row.group == "All"), 0)


def test_report_on_an_empty_desk_has_no_rows_and_a_page(report: Report, cast: Cast, client: Client) -> None:
    assert list(_run(report, cast.mona).rows) == []
    client.force_login(cast.mona)
    page = client.get(f"/reports/{report.slug}/", {"team": str(cast.support.pk)})
    assert page.status_code == 200
    text = page.content.decode()
    assert "Nothing happened in this period with these filters" in text
    assert escape(report.needs) in text
    assert "Without these filters" in text


def test_report_is_for_managers_and_admins(report: Report, cast: Cast, client: Client) -> None:
    for agent in (cast.ana, cast.cleo, cast.lia):
        with pytest.raises(NotAllowed):
            run_report(agent, report.slug, {})
        client.force_login(agent)
        for path in ("", "export.csv"):
            assert client.get(f"/reports/{report.slug}/{path}").status_code == 403
    client.logout()
    assert client.get(f"/reports/{report.slug}/").status_code == 302


def test_report_counts_only_what_the_viewer_sees(report: Report, cast: Cast) -> None:
    make_fortnight(cast)
    everything, without_legal = _total(_run(report, cast.mona)), _total(_run(report, cast.ana))
    if report.is_of_people:
        assert everything > 0 == without_legal
        return
    assert everything > without_legal > 0
    # Every third ticket is Legal's, and Ana is not.
    assert without_legal == _total(_run(report, cast.mona, {**ALL_DAYS, "inbox": str(cast.mail.pk)}))


def test_file_equals_table(report: Report, cast: Cast, client: Client) -> None:
    make_fortnight(cast)
    client.force_login(cast.mona)
    response = client.get(f"/reports/{report.slug}/export.csv", ALL_DAYS)
    assert response.headers["Content-Type"].startswith("text/csv")
    text = b"".join(_chunks(response)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    result = _run(report, cast.mona)
    assert lines[0] == ["Group", "Name", *(column.csv_label for column in result.columns)]
    assert lines[1:] == [
        [row.group, row.label, *(_plain(row.values[column.key]) for column in result.columns)] for row in result.rows
    ]


def test_each_figure_is_of_the_registry_and_defined_on_the_page(report: Report, cast: Cast, client: Client) -> None:
    make_fortnight(cast)
    client.force_login(cast.mona)
    result = _run(report, cast.mona)
    columns = [*result.columns, *(tile.column for tile in result.tiles)]
    assert all(REGISTRY[column.key].column.hint == column.hint for column in columns)
    page = client.get(f"/reports/{report.slug}/", ALL_DAYS).content.decode()
    assert all(escape(REGISTRY[column.key].definition) in page for column in columns)


def test_each_chart_has_a_file_of_its_own(report: Report, cast: Cast, client: Client) -> None:
    make_fortnight(cast)
    client.force_login(cast.mona)
    result = _run(report, cast.mona)
    for chart in result.charts:
        response = client.get(f"/reports/{report.slug}/chart/{chart.key}.csv", ALL_DAYS)
        lines = list(csv.reader(io.StringIO(b"".join(_chunks(response)).decode("utf-8-sig"))))
        assert [line[1:] for line in lines[1:]] == [
            [_plain(mark.numbers[series.key]) for series in chart.series] for mark in chart.marks
        ]
    for heatmap in result.heatmaps:
        response = client.get(f"/reports/{report.slug}/chart/hours-{heatmap.key}.csv", ALL_DAYS)
        assert len(b"".join(_chunks(response)).decode().splitlines()) == 8
    assert client.get(f"/reports/{report.slug}/chart/nothing.csv", ALL_DAYS).status_code == 404


def test_workbook_equals_table_and_starts_no_formula(report: Report, cast: Cast, client: Client) -> None:
    make_fortnight(cast)
    Team.objects.filter(pk=cast.support.pk).update(name="=1+1")
    client.force_login(cast.mona)
    body = client.get(f"/reports/{report.slug}/export.xlsx", ALL_DAYS).content
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert (b"=1+1" in book.read("xl/sharedStrings.xml")) == any(
            row.label == "=1+1" for row in _run(report, cast.mona).rows
        )
    assert "<f>" not in sheet
    assert sheet.count("<row ") == 1 + len(_run(report, cast.mona).rows)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_the_viewers_day(report: Report, cast: Cast, zone: str) -> None:
    """The days of a fortnight add up to the whole, and each begins at the viewer's midnight."""
    if report.is_of_a_moment:
        return
    make_fortnight(cast)
    cast.mona.time_zone = zone
    whole = _total(_run(report, cast.mona))
    day, total = datetime.fromisoformat(ALL_DAYS["from"]).date(), 0
    while day.isoformat() <= ALL_DAYS["to"]:
        total += _total(_run(report, cast.mona, {"from": day.isoformat(), "to": day.isoformat()}))
        day += timedelta(days=1)
    assert total == whole > 0


def test_queries_do_not_grow_with_the_desk(report: Report, cast: Cast, client: Client) -> None:
    client.force_login(cast.mona)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/reports/{report.slug}/", ALL_DAYS).status_code == 200
        return len(queries)

    make_fortnight(cast)
    cache.clear()  # what is remembered must not come to its end between two counts
    count()  # what processes remember of inboxes, tiers and stored days
    few = count()
    make_fortnight(cast, policy="Once more")
    # One of them counts what is open now by itself, so that all of PostgreSQL's workers share it.
    assert count() == few <= 19


def test_wrong_filters_say_what_is_wrong(report: Report, cast: Cast, client: Client) -> None:
    client.force_login(cast.mona)
    wrong = ({"days": "0"}, {"days": "x"}, {"from": "2026-02-30"}, {"from": "2026-03-02", "to": "2026-03-01"})
    for values in wrong:
        page = client.get(f"/reports/{report.slug}/", values)
        assert page.status_code == 422, values
        assert "Start again" in page.content.decode()


def _chunks(response: Any) -> Iterator[bytes]:
    return iter(response.streaming_content)


def _plain(value: object) -> str:
    if value is None:
        return ""
    return str(round(value, 1)) if isinstance(value, float) else str(value)
