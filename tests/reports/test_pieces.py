"""The small parts of reports: periods, words for figures, shapes of charts, safe files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from reports.base import Chart, Guide, Mark, Series
from reports.exports import lines
from reports.fact_report import promises
from reports.period import LONGEST_DAYS, Period, last_days, period_from
from reports.svg import HEIGHT, WIDTH, draw, nice_ceiling
from reports.wording import change, duration, shown

NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)


def test_today_is_the_viewers_today() -> None:
    assert last_days(7, now=NOW, zone=ZoneInfo("Europe/Berlin")).last == date(2026, 3, 30)
    assert last_days(7, now=NOW, zone=ZoneInfo("America/New_York")).last == date(2026, 3, 29)


def test_a_day_with_a_clock_change_has_its_own_length() -> None:
    day = Period(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
    assert (day.ends_at.astimezone(UTC) - day.starts_at.astimezone(UTC)) == timedelta(hours=23)


@given(st.integers(1, LONGEST_DAYS), st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns"]))
def test_periods_join_without_gap_or_overlap(days: int, zone: str) -> None:
    period = last_days(days, now=NOW, zone=ZoneInfo(zone))
    assert period.previous().ends_at == period.starts_at
    assert period.previous().length == period.length == days
    steps = period.steps()
    assert steps[0][0] == period.first
    assert steps[-1][1] == period.last
    assert sum((last - first).days + 1 for first, last in steps) == days


def test_period_survives_its_own_url() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    period = period_from({"days": "14"}, now=NOW, zone=zone)
    assert period_from(period.query(), now=NOW, zone=zone) == period


@pytest.mark.parametrize(
    "values",
    [
        {"days": "0"},
        {"days": "367"},
        {"days": "-3"},
        {"days": "9" * 40},
        {"days": "0000079999999999"},
        {"from": "2020-01-01", "to": "2026-01-01"},
        {"from": "0001-01-01", "to": "0001-01-02"},
        {"to": "yesterday"},
    ],
)
def test_impossible_period_is_refused_at_its_field(values: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        period_from(values, now=NOW, zone=ZoneInfo("UTC"))
    assert refused.value.fields


def test_figures_are_said_in_words() -> None:
    assert [duration(seconds) for seconds in (0, 45, 60, 725, 3600, 18_600, 75_600)] == [
        "0 s", "45 s", "1 min", "12 min", "1 h", "5 h 10 min", "21 h",
    ]  # fmt: skip
    assert duration(3599) == "1 h"
    assert (shown(None, "count"), shown(1234, "count"), shown(94.0, "percent")) == ("–", "1,234", "94 %")
    assert change(94.2, 93.1, "percent") == "+1.1 points"
    assert change(600, 1200, "duration") == "−10 min"
    assert change(None, 3, "count") == ""


@given(st.floats(0, 10**9))
def test_the_axis_is_always_above_the_highest_figure(highest: float) -> None:
    assert nice_ceiling(highest) >= highest


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=120), st.sampled_from(["line", "bars"]))
def test_every_shape_stays_inside_its_frame(numbers: list[float | None], shape: str) -> None:
    marks = [Mark(str(n), {"a": value, "b": value}, "#") for n, value in enumerate(numbers)]
    series = (Series("a", "A", "ok"), Series("b", "B", "bad"))
    drawing = draw(Chart("k", "T", "line" if shape == "line" else "bars", "count", series, marks))
    for dot in drawing.dots:
        assert 0 <= dot.x <= WIDTH
        assert 0 <= dot.y <= HEIGHT
    for bar in drawing.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.height >= 0


def test_a_line_breaks_where_there_is_no_figure() -> None:
    marks = [Mark(str(n), {"a": value}, "#") for n, value in enumerate([1.0, None, 2.0, 3.0])]
    drawing = draw(Chart("k", "T", "line", "count", (Series("a", "A", "accent"),), marks))
    assert drawing.lines[0].path.count("M") == 2
    assert drawing.lines[0].path.count("L") == 1


def test_promised_length_stands_among_the_bands() -> None:
    marks = [Mark(str(n), {"a": 1}, "#") for n in range(4)]
    drawing = draw(Chart("k", "T", "bars", "count", (Series("a", "A", "ok"),), marks, guides=[Guide(2.5, "Promised")]))
    assert drawing.guides[0].at == drawing.stops[2].x
    assert drawing.stops[2].words == "2: 1"


def test_each_priority_is_promised_what_most_of_it_was() -> None:
    same = {"low": 3600.0, "urgent": 3600.0}
    assert promises(same) == [(3600, "Promised")]
    usual = {"low": 28_800.0, "normal": 14_400.0, "high": 14_400.0, "urgent": 1800.0}
    assert promises(usual) == [(1800, "Urgent"), (14_400, "High, Normal"), (28_800, "Low")]
    assert promises({}) == []


@given(st.lists(st.tuples(st.floats(0, 10), st.text("abcdefgh", max_size=24)), max_size=7))
def test_no_upright_line_crosses_the_words_of_another(places: list[tuple[float, str]]) -> None:
    marks = [Mark(str(n), {"a": 1}, "#") for n in range(10)]
    guides = [Guide(at, label) for at, label in places]
    drawing = draw(Chart("k", "T", "bars", "count", (Series("a", "A", "ok"),), marks, guides=guides))
    for one in drawing.guides:
        assert drawing.ceiling <= one.top < drawing.top
        start, end = one.reach
        for other in drawing.guides:
            # A line starts below all words that stand over it.
            assert other is one or not start <= other.at <= end or other.top > one.top or one.at == other.at


def test_band_is_shaded_where_both_ends_are_known() -> None:
    marks = [
        Mark(str(n), {"a": low, "b": high}, "#") for n, (low, high) in enumerate([(1, 2), (1, 3), (1, None), (2, 2)])
    ]
    series = (Series("a", "A", "accent"), Series("b", "B", "bad"))
    drawing = draw(Chart("k", "T", "line", "count", series, marks, is_band=True))
    assert len(drawing.bands) == 1
    assert drawing.stops[2].words == "2: A 1, B –"


def test_a_file_starts_no_formula() -> None:
    text = "".join(lines(["Name"], [["=cmd()"], ["+1"], ["@x"], ["plain"]]))
    assert text.startswith("\ufeffName")
    for line in text.splitlines()[1:4]:
        assert line.lstrip('"')[0] == "'"
    assert "plain" in text
