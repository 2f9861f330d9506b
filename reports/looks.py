"""How many agents were on duty on average: their time on duty by the time that was looked at.

A quarter of an hour that nobody looked at, because the desk was down, counts neither above nor below.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from reports.base import HeatCell, Heatmap
from reports.fact_filters import FactFilters
from reports.fact_sets import LOOK_SECONDS
from reports.period import Period

# The metric of which heatmaps show the average number of agents.
STAFFED = "on_duty_time"
# What is known of an agent on duty; other filters ask for tickets.
_KNOWN = {"compare", "zone", "hours", "team", "agent", "weekday", "hour", "goal", "by"}

Hour = tuple[int, int]


def knows_staff(filters: FactFilters) -> bool:
    """Whether the filters leave anything to say of who was on duty."""
    return not set(filters.query()) - _KNOWN - {"from", "to"}


def per_look(heatmap: Heatmap, period: Period, *, now: datetime) -> Heatmap:
    """The time on duty of each hour of the week, as the agents who were there on average."""
    looks = _looks(period)
    cells = [
        [_average(cell, looks.get((weekday, hour), 0)) for hour, cell in enumerate(row)]
        for weekday, row in enumerate(heatmap.cells, 1)
    ]
    return replace(heatmap, kind="number", cells=cells, note=_note(sum(looks.values()), period, now))


def _average(cell: HeatCell, looks: int) -> HeatCell:
    return replace(cell, value=round((cell.value or 0) / (looks * LOOK_SECONDS), 1) if looks else None)


def _looks(period: Period) -> dict[Hour, int]:
    sql = """
        SELECT extract(isodow FROM at AT TIME ZONE %s)::int, extract(hour FROM at AT TIME ZONE %s)::int, count(*)
        FROM routing_staffinglook WHERE at >= %s AND at < %s GROUP BY 1, 2"""
    zone = period.zone.key
    with connection.cursor() as cursor:
        cursor.execute(sql, [zone, zone, period.starts_at, period.ends_at])
        return {(weekday, hour): count for weekday, hour, count in cursor.fetchall()}


def _note(looks: int, period: Period, now: datetime) -> str:
    """What is missing is said, so that nobody takes it for an empty desk."""
    quarters = max(min(period.ends_at, now) - period.starts_at, timedelta()) // timedelta(seconds=LOOK_SECONDS)
    if not looks:
        return "Nobody has looked at who was on duty in this period."
    if looks >= quarters:
        return ""
    return f"From {looks:,} of {quarters:,} quarters of an hour; the others were not looked at."
