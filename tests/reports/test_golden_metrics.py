"""Every metric of the registry equals the figure that was worked out by hand, and the list behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.clock import now
from people.models import Agent
from reports.counted import counted
from reports.fact_filters import FactFilters
from reports.measuring import Wanted, measure
from reports.metrics import METRICS
from sla.services import fitting
from tests.desk import plain_channel
from tests.reports.golden import CHAPTERS
from tests.reports.golden.stage import BERLIN, FIRST_DAY, LAST_DAY, Stage, berlin, set_stage


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)
    fitting.forget()
    with time_machine.travel(berlin(23, 8), tick=False) as clock:
        yield set_stage(clock)
    fitting.forget()


def test_every_metric_has_a_figure_worked_out_by_hand() -> None:
    expected = Counter(key for chapter in CHAPTERS.values() for key in chapter.EXPECTED)
    missing = set(METRICS) - set(expected)
    assert not missing, f"Give {sorted(missing)} their figures in tests/reports/golden"
    assert set(expected) <= set(METRICS)
    assert max(expected.values()) == 1, "a metric belongs to one chapter"


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_comes_to_the_figures_worked_out_by_hand(stage: Stage, name: str) -> None:
    chapter = CHAPTERS[name]
    chapter.play(stage)
    filters = _filters()
    keys = tuple(chapter.EXPECTED)
    found = measure(stage.mona, filters, Wanted(rows=keys)).groups["all", ""]
    assert {key: _in_minutes(key, found[key]) for key in keys} == pytest.approx(dict(chapter.EXPECTED))
    for key in keys:
        if METRICS[key].kind == "count":
            assert _listed(stage.mona, filters, METRICS[key].counted) == chapter.EXPECTED[key], key


def _filters() -> FactFilters:
    query = {"from": FIRST_DAY, "to": LAST_DAY, "zone": BERLIN.key}
    return FactFilters.from_query(query, now=now(), zone=ZoneInfo("UTC"))


def _listed(viewer: Agent, filters: FactFilters, set_key: str) -> int:
    return counted(viewer, filters, set_key).count()


def _in_minutes(key: str, figure: float | int | None) -> float | int | None:
    return figure / 60 if figure is not None and METRICS[key].kind == "duration" else figure
