"""The reports of the day against the simulation's own log: totals, breakdowns, days and hours in three zones, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.clock import now
from reports.counted import counted
from reports.fact_filters import FactFilters
from reports.measuring import Measured, Wanted, measure
from reports.metrics import METRICS
from sla.models import Fact
from tests.simulation.desk import DAY

if TYPE_CHECKING:
    from tests.simulation.day import Day
    from tests.simulation.log import Entry

ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Auckland")
COUNTS = tuple(key for key, metric in METRICS.items() if metric.kind == "count")
# What the people of the day know themselves, by the metric that counts it.
TOLD = {
    "opened": ("opened",),
    "first_answers": ("first_response",),
    "next_answers": ("next_response",),
    "answers": ("first_response", "next_response"),
    "solved": ("resolution",),
    "reopened": ("reopened",),
    "spam": ("spam",),
}
TIMED = ("first_response", "next_response", "resolution")
LENGTHS = {"first": "first_response", "next": "next_response", "solve": "resolution"}
PARTS = ("team", "agent", "inbox", "channel", "priority")


def differences(day: Day) -> list[str]:
    return [*_one_by_one(day), *(f"{zone}: {found}" for zone in ZONES for found in _in_zone(day, ZoneInfo(zone)))]


def _one_by_one(day: Day) -> Iterator[str]:
    """What reports count is what was done: the same ticket, moment, person and length by the wall."""
    kinds = {kind for told in TOLD.values() for kind in told}
    recorded = Counter(
        (kind, ticket_id, at, agent_id if kind in TIMED else None, round(wall or 0) if kind in TIMED else 0)
        for kind, ticket_id, at, agent_id, wall in Fact.objects.standing()
        .filter(kind__in=kinds)
        .values_list("kind", "ticket_id", "at", "actor_id", "wall_seconds")
    )
    known = Counter(
        (entry.kind, entry.ticket_id, entry.at, entry.agent_id, round(entry.took or 0)) for entry in day.log.entries
    )
    yield from (f"recorded, and nobody knows of it: {what}" for what in recorded - known)
    yield from (f"done, and not recorded: {what}" for what in known - recorded)


def _in_zone(day: Day, zone: ZoneInfo) -> Iterator[str]:
    filters = _filters(DAY.astimezone(zone).date(), (DAY + timedelta(hours=24)).astimezone(zone).date(), zone)
    wanted = Wanted(rows=tuple(METRICS), steps=COUNTS, hours=COUNTS)
    found = measure(day.desk.manager, filters, wanted)
    whole = found.groups["all", ""]
    yield from _parts(found, whole)
    yield from _lists(day, filters, whole)
    yield from _tally(day, found, zone, filters.period.first)
    yield from _lengths(day, filters.narrowed(hours="calendar"))


def _filters(first: date, last: date, zone: ZoneInfo) -> FactFilters:
    query = {"from": first.isoformat(), "to": last.isoformat(), "zone": zone.key}
    return FactFilters.from_query(query, now=now(), zone=zone)


def _parts(found: Measured, whole: Mapping[str, float | int | None]) -> Iterator[str]:
    """Breakdowns, days and hours of the week are the whole, cut up."""
    for key in COUNTS:
        for part in PARTS:
            total = sum(found.groups[part, value][key] or 0 for value in found.keys_of(part))
            if total != whole[key]:
                yield f"{key} by {part} is {total}, of {whole[key]}"
        for name, cut in (("day", found.steps), ("hour", found.hours)):
            total = sum(values[key] or 0 for values in cut.values())
            if total != whole[key]:
                yield f"{key} by {name} is {total}, of {whole[key]}"


def _lists(day: Day, filters: FactFilters, whole: Mapping[str, float | int | None]) -> Iterator[str]:
    for key in COUNTS:
        listed = counted(day.desk.manager, filters, METRICS[key].counted).count()
        if listed != whole[key]:
            yield f"{key} is {whole[key]}, its list has {listed}"


def _tally(day: Day, found: Measured, zone: ZoneInfo, first: date) -> Iterator[str]:
    for key, kinds in TOLD.items():
        entries = [entry for entry in day.log.entries if entry.kind in kinds]
        days = Counter((entry.at.astimezone(zone).date() - first).days for entry in entries)
        hours = Counter((local.isoweekday(), local.hour) for local in (entry.at.astimezone(zone) for entry in entries))
        yield from _compare(f"{key} by day", days, {step: values[key] for step, values in found.steps.items()})
        yield from _compare(f"{key} by hour", hours, {place: values[key] for place, values in found.hours.items()})
    for key, kinds in (("answers", TOLD["answers"]),):
        by_agent = Counter(str(entry.agent_id) for entry in day.log.entries if entry.kind in kinds)
        figures = {value: found.groups["agent", value][key] for value in found.keys_of("agent")}
        yield from _compare(f"{key} by agent", by_agent, figures)


def _compare(what: str, told: Counter[Any], figures: dict[Any, float | int | None]) -> Iterator[str]:
    measured = {place: figure for place, figure in figures.items() if figure}
    if measured != dict(told):
        wrong = [place for place in {*measured, *told} if measured.get(place, 0) != told[place]]
        yield f"{what} differs at {wrong[:5]}: {[(measured.get(p), told[p]) for p in wrong[:5]]}"


def _lengths(day: Day, filters: FactFilters) -> Iterator[str]:
    """Percentiles by the wall, reckoned by plain Python from what the people of the day remember."""
    keys = [key for key in METRICS if METRICS[key].percentile and key.partition("_")[0] in LENGTHS]
    whole = measure(day.desk.manager, filters, Wanted(rows=tuple(keys))).groups["all", ""]
    for key in keys:
        kind = LENGTHS[key.partition("_")[0]]
        took = [entry.took or 0.0 for entry in _of_kind(day.log.entries, kind)]
        expected = _percentile(took, METRICS[key].percentile or 0)
        figure = whole[key]
        if figure is None or abs(figure - expected) > 0.01:
            yield f"{key} is {figure}, by the log {expected}"


def _of_kind(entries: Sequence[Entry], kind: str) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def _percentile(numbers: Sequence[float], share: float) -> float:
    return quantiles(numbers, n=100, method="inclusive")[round(share * 100) - 1]
