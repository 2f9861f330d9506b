"""Reckons a random sample of facts and figures anew, by other ways than they were made, and tells every difference."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from core.clock import now
from people.selectors.agents import active_managers
from reports.definitions import REPORTS
from reports.engine.checking import StoredDay, random_days
from reports.listed import count_behind
from reports.period import last_days
from reports.runner import zone_of
from sla.models import BusinessHours, Fact
from sla.selectors.promises import calendar_of

logger = logging.getLogger(__name__)

SAMPLE = 200
LOOKS_BACK = timedelta(days=30)
SAMPLED_DAYS = 5
CLOSE_ENOUGH = 1.0
KEY = "reports-self-check"
_KEPT_SECONDS = 7 * 86400


@dataclass(frozen=True, slots=True)
class Checked:
    at: datetime
    facts: int
    figures: int
    days: int
    differences: tuple[str, ...]


def check_and_tell() -> Checked:
    at = now()
    facts = _sampled_facts(at)
    figures = list(_figures(at))
    days = random_days(SAMPLED_DAYS)
    differences = (*_wrong_lengths(facts), *(text for text in figures if text), *_wrong_days(days))
    for text in differences:
        logger.error("A report's self-check found a difference: %s", text)
    checked = Checked(at, len(facts), len(figures), len(days), tuple(differences[:20]))
    cache.set(KEY, {**asdict(checked), "at": at.isoformat()}, _KEPT_SECONDS)
    return checked


def last_check() -> Checked | None:
    found = cache.get(KEY)
    if not isinstance(found, dict):
        return None
    at = datetime.fromisoformat(found["at"])
    return Checked(at, found["facts"], found["figures"], found.get("days", 0), tuple(found["differences"]))


def _sampled_facts(at: datetime) -> list[Fact]:
    """Some from anywhere among the latest rows: a random id and the next rows that have lengths."""
    rows = Fact.objects.filter(at__gte=at - LOOKS_BACK, began_at__isnull=False, business_seconds__isnull=False)
    ids = list(rows.order_by("-id").values_list("pk", flat=True)[: SAMPLE * 50])
    return list(rows.filter(pk__in=random.sample(ids, min(SAMPLE, len(ids)))))


def _wrong_lengths(facts: list[Fact]) -> Iterator[str]:
    """The wall's time by subtraction, the open time by the pure calendar, where its hours are still those of then."""
    known = BusinessHours.objects.prefetch_related("holidays").in_bulk({fact.hours_id for fact in facts} - {None})
    for fact in facts:
        if fact.began_at is None or fact.business_seconds is None or fact.wall_seconds is None:
            continue
        wall = (fact.at - fact.began_at).total_seconds()
        if abs(wall - fact.wall_seconds) > CLOSE_ENOUGH:
            yield f"fact {fact.pk} lasted {wall:.0f} s by the wall, not {fact.wall_seconds:.0f} s"
        hours = known.get(fact.hours_id) if fact.hours_id else None
        if fact.hours_id and (hours is None or hours.version != fact.hours_version):
            continue
        business = calendar_of(hours).between(fact.began_at, fact.at).total_seconds()
        if abs(business - fact.business_seconds) > CLOSE_ENOUGH:
            yield f"fact {fact.pk} lasted {business:.0f} s of open time, not {fact.business_seconds:.0f} s"


def _wrong_days(days: list[StoredDay]) -> Iterator[str]:
    """What is stored of closed days, held against their facts."""
    for stored in days:
        if column := stored.first_difference():
            yield f"the {stored.kind} facts of {stored.day} are stored with another {column}"


def _figures(at: datetime) -> Iterator[str]:
    """For a random row of each report: does its count equal the list behind it? "" where it does."""
    viewer = active_managers().order_by("pk").first()
    if viewer is None:
        return
    zone = zone_of(viewer)
    period = last_days(7, now=at, zone=zone).previous()
    for report in REPORTS.values():
        result = report.run(viewer, report.Filters.from_query(period.query(), now=at, zone=zone), now=at)
        counts = [column for column in result.columns if column.kind == "count"]
        linked = [
            (row, column)
            for row in result.rows
            for column in counts
            if column.key in row.links and row.values[column.key] is not None
        ]
        if not linked:
            continue
        row, column = random.choice(linked)
        listed = count_behind(viewer, row.links[column.key], now=at, zone=zone)
        shown = row.values[column.key]
        yield "" if listed == shown else f"{report.title}, {row.label}, {column.label}: {shown} shown, {listed} listed"
