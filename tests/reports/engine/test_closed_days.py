"""Figures over stored days equal those over the facts, whatever comes late, is taken back or is told otherwise."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from pytest_django import Settings

from people.models import Agent
from reports import fact_sets
from reports.counted import counted
from reports.counting import count_of
from reports.engine.closed import memory
from reports.fact_filters import FactFilters
from reports.fact_sets import SETS
from reports.measuring import Measured, Wanted, measure
from reports.metrics import METRICS
from reports.models import ClosedDay, LateFact
from reports.self_check import check_and_tell
from reports.services.closing import close_days
from sla.models import Fact
from tests.cast import Cast
from tests.desk import customer_writes
from tests.reports.engine.random_facts import DAYS, FIRST, random_filters, write
from tickets.models import Brand, Inbox

NOW = FIRST + timedelta(days=DAYS + 5)
COUNTED = ("opened", "still_open", "decided", "kept", "breached", "missed_share", "achieved", "missed_reopened",
           "missed_agent", "paused", "first_answers", "fcr", "solved", "transferred", "rule_runs")  # fmt: skip
LENGTHS = ("first_p50", "first_p75", "first_p90", "next_p50", "next_p90", "solve_p50", "solve_p90")
EVERYTHING = Wanted(
    rows=(*COUNTED, *LENGTHS), steps=("opened", "achieved", "first_p50"), hours=("breached", "first_p50"),
    spark="decided", lengths_of="first_answers", whole=("missed_reopened", "missed_agent"),
    by=("team", "agent", "inbox", "channel", "priority", "tag", "organization", "metric", "item", "brand"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    memory.clear()
    yield
    memory.clear()


@pytest.fixture
def dice(cast: Cast) -> random.Random:
    """A desk with 1,500 random facts on five tickets, in two inboxes of which one has a brand."""
    brand = Brand.objects.create(pk=5, name="Acme Shoes")
    Inbox.objects.update_or_create(pk=1, defaults={"brand": brand}, create_defaults={"brand": brand, "name": "Shoes"})
    dice = random.Random(7)
    tickets = [customer_writes(cast.mail).pk for _ in range(5)]
    write(dice, tickets, [cast.ana.pk, cast.ben.pk], 1500)
    return dice


def test_manager_reads_the_same_figures_from_facts_from_stored_days_and_from_lists(
    cast: Cast, dice: random.Random
) -> None:
    asked = [_filters(random_filters(dice, [cast.ana.pk])) for _ in range(25)]
    live = [measure(cast.mona, filters, EVERYTHING) for filters in asked]
    scoped = measure(cast.ana, asked[0], EVERYTHING)
    assert close_days(now=NOW) >= DAYS
    for filters, found in zip(asked, live, strict=True):
        _assert_same(measure(cast.mona, filters, EVERYTHING), found)
        _assert_told(cast.mona, filters, found, dice)
    _assert_same(measure(cast.ana, asked[0], EVERYTHING), scoped)
    _assert_told(cast.ana, asked[0], scoped, dice)


def test_stored_days_are_not_stored_twice(cast: Cast, dice: random.Random) -> None:
    close_days(now=NOW)
    before = list(ClosedDay.objects.order_by("pk").values_list("pk", flat=True))
    assert close_days(now=NOW) == 0
    assert list(ClosedDay.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert not ClosedDay.objects.filter(day__gte=NOW.date()).exists()


def test_manager_sees_at_once_what_is_taken_back_on_a_stored_day(cast: Cast, dice: random.Random) -> None:
    close_days(now=NOW)
    filters = _filters({"from": "2026-03-01", "to": "2026-04-09"})
    before = _count(cast, filters, "opened")
    gone = Fact.objects.filter(kind="opened", at__gte=FIRST, at__lt=FIRST + timedelta(days=30)).first()
    assert gone is not None
    LateFact.objects.create(day=gone.at.date(), kind="uncounted")
    Fact.objects.create(kind="voided", at=NOW, ticket_id=gone.ticket_id, voids=gone.pk)
    assert _count(cast, filters, "opened") == before - 1
    assert close_days(now=NOW) > 0
    assert not LateFact.objects.filter(day=gone.at.date()).exists()
    assert _count(cast, filters, "opened") == before - 1


def test_manager_sees_at_once_what_comes_late_and_what_it_says_of_later_facts(cast: Cast) -> None:
    ticket = customer_writes(cast.mail)
    missed = FIRST + timedelta(days=9, hours=3)
    Fact.objects.create(kind="breached", at=missed, ticket=ticket, agent_id=cast.ana.pk)
    close_days(now=NOW)
    filters = _filters({"from": "2026-03-01", "to": "2026-04-09"})
    assert _count(cast, filters, "missed_agent") == 1
    Fact.objects.create(kind="reopened", at=missed - timedelta(days=3), ticket=ticket)
    for _ in ("from the facts", "stored anew"):
        assert _count(cast, filters, "missed_agent") == 0
        assert _count(cast, filters, "missed_reopened") == 1
        assert _count(cast, filters, "reopened") == 1
        close_days(now=NOW)


def test_set_that_is_told_otherwise_counts_otherwise_at_once(
    cast: Cast, dice: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_days(now=NOW)
    filters = _filters({"from": "2026-03-01", "to": "2026-04-09"})
    every = _count(cast, filters, "opened")
    told = replace(fact_sets.SETS["opened"], sql="f.channel = 'email'")
    monkeypatch.setitem(fact_sets.SETS, "opened", told)
    fewer = _count(cast, filters, "opened")
    assert 0 < fewer < every
    assert close_days(now=NOW) >= DAYS - 1
    assert _count(cast, filters, "opened") == fewer == counted(cast.mona, filters, "opened").count()


def test_self_check_names_a_stored_day_that_differs_from_its_facts(
    cast: Cast, dice: random.Random, caplog: pytest.LogCaptureFixture
) -> None:
    close_days(now=NOW)
    assert check_and_tell().days == 5
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reports_closedday SET wall = wall || wall, minute = minute || minute")
    check_and_tell()
    assert "are stored with another" in caplog.text


def test_process_remembers_no_more_than_it_may(cast: Cast, dice: random.Random, settings: Settings) -> None:
    close_days(now=NOW)
    filters = _filters({"from": "2026-03-01", "to": "2026-04-09"})
    found = measure(cast.mona, filters, EVERYTHING)
    assert memory.size > 0
    settings.REPORTS_MEMORY_MB = 0
    memory.clear()
    _assert_same(measure(cast.mona, filters, EVERYTHING), found)
    assert memory.size == 0


def test_process_drops_the_codes_of_a_desk_with_a_tag_for_each_ticket(
    cast: Cast, dice: random.Random, settings: Settings
) -> None:
    ticket = customer_writes(cast.mail)
    at = FIRST + timedelta(days=3)
    Fact.objects.bulk_create(
        Fact(kind="opened", at=at, ticket=ticket, inbox_id=1, tags=[f"order-{number}"]) for number in range(2000)
    )
    filters = _filters({"from": "2026-03-01", "to": "2026-04-09"})
    found = measure(cast.mona, filters, EVERYTHING)
    close_days(now=NOW)
    memory.clear()
    settings.REPORTS_MEMORY_MB = 1
    for _ in range(3):
        _assert_same(measure(cast.mona, filters, EVERYTHING), found)
        assert memory.coding.size > 300_000
        before = memory.coding
        measure(cast.mona, filters.on_days(date(2026, 3, 20), date(2026, 3, 21)), EVERYTHING)
        assert memory.coding is not before
        assert memory.size + memory.coding.size < 1_000_000


def _filters(query: dict[str, str]) -> FactFilters:
    return FactFilters.from_query(query, now=NOW, zone=ZoneInfo("UTC"))


def _count(cast: Cast, filters: FactFilters, key: str) -> float:
    return measure(cast.mona, filters, Wanted((key,))).groups["all", ""][key] or 0


def _assert_same(found: Measured, expected: Measured) -> None:
    assert asdict(found) == asdict(expected)


def _assert_told(viewer: Agent, filters: FactFilters, found: Measured, dice: random.Random) -> None:
    """Some figures of the whole, of a group and of an hour, told by plain Python from the lists behind them."""
    for key in dice.sample(COUNTED + LENGTHS, 4):
        assert found.groups["all", ""][key] == _told(viewer, filters, key)
    key = dice.choice(sorted(SETS))
    assert count_of(viewer, filters, key) == counted(viewer, filters, key).count()
    groups = [pair for pair in found.groups if pair[0] in ("team", "agent", "channel", "tag", "brand") and pair[1]]
    if groups:
        dimension, value = dice.choice(groups)
        key = dice.choice(COUNTED + LENGTHS)
        if not getattr(filters, dimension):
            told = _told(viewer, filters.narrowed(**{dimension: value}), key)
            assert found.groups[dimension, value][key] == told
    if found.hours and not filters.weekday and not filters.hour:
        weekday, hour = dice.choice(list(found.hours))
        there = filters.narrowed(weekday=str(weekday), hour=str(hour))
        assert found.hours[weekday, hour]["breached"] == _told(viewer, there, "breached")


def _told(viewer: Agent, filters: FactFilters, key: str) -> Any:
    metric = METRICS[key]
    rows = counted(viewer, filters, metric.counted)
    if metric.percentile is None:
        if not metric.of:
            return rows.count()
        whole = counted(viewer, filters, metric.of).count()
        return math.floor(1000 * rows.count() / whole + 0.5) / 10 if whole else None
    lengths = sorted(took for took in (vars(fact)["took"] for fact in rows) if took is not None)
    rank = metric.percentile * (len(lengths) - 1)
    if not lengths:
        return None
    low, high = lengths[math.floor(rank)], lengths[math.ceil(rank)]
    return pytest.approx(low + (rank - math.floor(rank)) * (high - low))
