"""The SLA report: were the promises kept, how long did answers and solutions take, and where were promises missed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from people.models import Agent
from reports.base import Result
from reports.definitions.backlog import backlog_tile
from reports.fact_filters import FactFilters
from reports.fact_report import DIMENSIONS, Drawn, FactReport
from reports.fact_sets import REASONS
from reports.target import Target


class SlaReport(FactReport):
    slug = "sla"
    title = "SLA"
    icon = "timer"
    question = "Are promises kept? Where, when and why are some missed?"
    description = (
        "Promises kept and missed, and how long first responses and resolutions took. The foot of the page says by"
        " which clock, and what pauses it."
    )
    needs = "Promises are counted once an SLA policy applies to tickets: in the settings, under SLA and hours."
    target = Target("achieved", 90)
    columns = ("decided", "achieved", "breached", "first_p50", "first_p90", "solve_p50", "solve_p90")
    tiles = ("achieved", "breached", "first_p50", "first_p90", "solve_p50", "solve_p90", "csat")
    drawn = (
        Drawn(
            "kept", "Promises kept", (("achieved", "This period", "accent"),),
            is_line=True, is_compared=True, kind="percent", ceiling=100, has_goal=True,
        ),
        Drawn(
            "count", "Kept, missed and paused",
            (("kept", "Kept", "ok"), ("breached", "Missed", "bad"), ("paused", "Paused", "still")),
        ),
        Drawn(
            "bands", "First response",
            (("first_p50", "p50", "accent"), ("first_p75", "p75", "middle"), ("first_p90", "p90", "bad")),
            is_line=True, is_band=True, kind="duration",
        ),
    )  # fmt: skip
    heat = {
        "opened": "When tickets came, by weekday and hour",
        "breached": "When promises were missed, by weekday and hour",
        "first_p50": "Median first response, by weekday and hour of the answer",
        "on_duty_time": "Agents on duty on average, by weekday and hour",
    }
    lengths_of = "first_answers"
    whole = tuple(REASONS)
    whole_title = "Why promises were missed"
    dimensions = ("metric", *DIMENSIONS)
    shows_upcoming = True

    def run(self, viewer: Agent, filters: FactFilters, *, now: datetime) -> Result:
        """Beside the promises, what is still to be done."""
        result = super().run(viewer, filters, now=now)
        if not result.rows:
            return result
        return replace(result, tiles=[*result.tiles, backlog_tile(viewer, filters, now=now)])
