"""The SLA report: its figures on the seeded fortnight, and the lists behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import quantiles
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from helpdesk.history.clocks import ClockRow
from reports.base import Result
from reports.counted import counted
from reports.definitions.sla import SlaReport
from reports.fact_filters import FactFilters
from sla.models import Fact
from tests.cast import Cast
from tests.reports.fortnight import NOW, Fortnight

DAYS = {"from": "2026-03-02", "to": "2026-03-16"}


def _run(cast: Cast, **values: str) -> Result:
    filters = FactFilters.from_query({**DAYS, **values}, now=NOW, zone=ZoneInfo("UTC"))
    return SlaReport().run(cast.mona, filters, now=NOW)


def _clocks(fortnight: Fortnight) -> list[ClockRow]:
    return [clock for life in fortnight.lives for clock in life.clocks.rows if clock.decided_at]


def _percentile(seconds: Iterable[float], percent: int) -> float:
    return quantiles(seconds, n=100, method="inclusive")[percent - 1]


def test_golden_fortnight(cast: Cast, fortnight: Fortnight) -> None:
    """Reckoned by hand: the n-th answer takes (n+1)*5 minutes, so 12 of 42 come within the hour; the n-th solution
    takes (n+1)*20 minutes, so 24 of 41 come within eight hours. The last ticket has no outcome of its solution yet."""
    result = _run(cast)
    everything = result.rows[0].values
    assert everything["count"] == 83
    assert everything["breached"] == (42 - 12) + (41 - 24)
    assert everything["achieved"] == round(100 * 36 / 83, 1)
    assert everything["first_p50"] == 21 * 300
    by_name = {(row.group, row.label): row.values for row in result.rows}
    assert by_name["Team", "Support"]["count"] == 56
    assert by_name["Team", "Legal"]["count"] == 27
    assert {row.label for row in result.rows if row.group == "Priority"} == {"Normal", "High", "Low"}
    assert by_name["Agent", "Cleo"]["breached"] == by_name["Team", "Legal"]["breached"]


def copy_of(fact: Fact, **changes: object) -> Fact:
    values = {name.attname: getattr(fact, name.attname) for name in Fact._meta.concrete_fields}
    return Fact(**{**values, "id": None, "event_id": None, **changes})


def test_histogram_marks_what_each_priority_is_promised(cast: Cast, fortnight: Fortnight) -> None:
    def marks() -> list[str]:
        chart = next(chart for chart in _run(cast).charts if chart.key == "lengths")
        return [guide.label for guide in chart.guides]

    assert marks() == ["Promised: 1 h"]
    # Two more of each answer to what is high, promised within half an hour: now most of them were.
    high = Fact.objects.filter(kind="first_response", priority="high")
    Fact.objects.bulk_create([copy_of(fact, target_seconds=1800) for fact in [*high, *high]])
    assert marks() == ["High: 30 min", "Normal, Low: 1 h"]


def test_percentiles_equal_those_of_plain_python(cast: Cast, fortnight: Fortnight) -> None:
    values = _run(cast).rows[0].values
    for key, metric in (("first", "first_response"), ("solve", "resolution")):
        took = [clock.elapsed for clock in _clocks(fortnight) if clock.metric == metric and clock.met_at]
        assert values[f"{key}_p50"] == pytest.approx(_percentile(took, 50))
        assert values[f"{key}_p90"] == pytest.approx(_percentile(took, 90))


def test_every_breakdown_adds_up_to_the_whole(cast: Cast, fortnight: Fortnight) -> None:
    result = _run(cast)
    for group in ("Team", "Channel", "Priority", "Agent"):
        rows = [row.values for row in result.rows if row.group == group]
        assert sum(row["count"] for row in rows) == 83, group
        assert sum(row["breached"] for row in rows) == result.rows[0].values["breached"], group
    bars = result.charts[1].marks
    assert sum((mark.numbers["kept"] or 0) + (mark.numbers["breached"] or 0) for mark in bars) == 83
    missed = next(heatmap for heatmap in result.heatmaps if heatmap.key == "breached")
    assert sum(cell.value or 0 for row in missed.cells for cell in row) == result.rows[0].values["breached"]
    reasons = next(chart for chart in result.charts if chart.key == "reasons")
    assert sum(mark.numbers["count"] or 0 for mark in reasons.marks) == result.rows[0].values["breached"]


def test_every_figure_leads_to_exactly_its_promises(cast: Cast, fortnight: Fortnight) -> None:
    """Counted by the queryset behind each link: counts, breaches, bars and cells of the heatmap."""
    result = _run(cast)
    for row in result.rows:
        assert _behind(cast, row.links["count"]) == row.values["count"], row
        assert _behind(cast, row.links["breached"]) == row.values["breached"], row
    for mark in result.charts[0].marks:
        percentage = mark.numbers["achieved"]
        assert (percentage is None) == (_behind(cast, mark.link) == 0), mark
    for chart in result.charts[3:]:
        for mark in chart.marks:
            assert _behind(cast, mark.link) == mark.numbers["count"], mark
    for heatmap in result.heatmaps[:2]:
        for cell in (cell for cells in heatmap.cells for cell in cells if cell.value):
            assert _behind(cast, cell.link) == cell.value, cell


def _behind(cast: Cast, link: str) -> int:
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    filters = FactFilters.from_query(query, now=NOW, zone=ZoneInfo("UTC"))
    return counted(cast.mona, filters, query["set"]).count()


def test_manager_opens_the_list_behind_a_figure(cast: Cast, fortnight: Fortnight, client: Client) -> None:
    client.force_login(cast.mona)
    legal = next(row for row in _run(cast).rows if row.label == "Legal")
    page = client.get(legal.links["breached"]).content.decode()
    assert f'data-count="{legal.values["breached"]}"' in page
    assert len(re.findall("data-fact=", page)) == legal.values["breached"]
    assert "Legal" in page
    numbers = {life.number for life in fortnight.lives if life.team_id == cast.legal.pk}
    listed = {int(number) for number in re.findall(r"/tickets/(\d+)/", page)}
    assert listed <= numbers
    in_the_list = re.search(r'href="(/tickets/\?[^"]+)"', page)
    assert in_the_list
    desk = client.get(in_the_list.group(1).replace("&amp;", "&")).content.decode()
    assert {int(number) for number in re.findall(r'data-number="(\d+)"', desk)} == listed
    for came_from, back in (
        ("/reports/volume/?days=7", "/reports/volume/?days=7"),
        ("//evil.example/", "/reports/sla/"),
    ):
        page = client.get(
            legal.links["breached"], headers={"Referer": f"http://testserver{came_from}"}
        ).content.decode()
        assert f'href="{back}' in page


def test_pages_of_a_long_list_hold_everything_once(
    cast: Cast, fortnight: Fortnight, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.counted.PAGE_SIZE", 25)
    client.force_login(cast.mona)
    link, found = f"/reports/counted/?set=decided&from={DAYS['from']}&to={DAYS['to']}", []
    while link:
        page = client.get(link).content.decode()
        found += re.findall(r'data-fact="(\d+)"', page)
        older = re.search(r'href="(\?[^"]+)" rel="next"', page)
        link = "/reports/counted/" + older.group(1).replace("&amp;", "&") if older else ""
    assert len(found) == len(set(found)) == 83


def test_previous_period_is_compared(cast: Cast, fortnight: Fortnight) -> None:
    result = _run(cast, **{"from": "2026-03-09", "to": "2026-03-15"})
    first_week = _run(cast, **{"from": "2026-03-02", "to": "2026-03-08"})
    breaches = next(tile for tile in result.tiles if tile.column.key == "breached")
    assert breaches.before == first_week.rows[0].values["breached"]
    assert breaches.value > breaches.before


def test_filters_narrow_every_figure(cast: Cast, fortnight: Fortnight) -> None:
    result = _run(cast, team=str(cast.support.pk), priority="normal")
    assert {row.label for row in result.rows if row.group == "Team"} == {"Support"}
    assert result.rows[0].values["count"] == 28
    assert _run(cast, metric="resolution").rows[0].values["count"] == 41
    assert list(_run(cast, channel="telegram").rows) == []


def test_agent_may_not_open_the_list(cast: Cast, fortnight: Fortnight, client: Client) -> None:
    client.force_login(cast.ana)
    assert client.get("/reports/counted/", DAYS).status_code == 403
