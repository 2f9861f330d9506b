"""The report on who was there: time on duty against the shifts, and how much agents held while they were available."""

from __future__ import annotations

from collections.abc import Sequence

from people.models import Agent
from reports.base import Choice
from reports.fact_filters import FactFilters
from reports.fact_report import Drawn, FactReport
from reports.target import Target

_OFFERED = ("compare", "team", "agent")


class StaffingReport(FactReport):
    slug = "staffing"
    title = "Staffing"
    icon = "user-check"
    question = "Who was there, against the plan, and how busy were they?"
    description = (
        "Who was at work is looked at every quarter of an hour; a look stands for 15 minutes. An agent of several teams"
        " counts in the team of most of their open work at that moment. Occupancy is open work by capacity, while an"
        " agent is available."
    )
    needs = (
        "Agents appear here once they have been at work for a quarter of an hour. Only teams and agents narrow"
        " it down: it knows nothing of what tickets are about."
    )
    target = Target("absent_share", 10, is_most=True)
    columns = (
        "looks_on_duty", "on_duty_time", "available_share", "occupancy", "planned_time", "absent_time", "absent_share",
        "away_time",
    )  # fmt: skip
    tiles = ("on_duty_time", "occupancy", "available_share", "absent_share", "away_time")
    drawn = (
        Drawn(
            "duty", "Time on duty and planned",
            (
                ("on_duty_time", "On duty", "accent"), ("planned_time", "Planned", "middle"),
                ("absent_time", "Absent", "bad"),
            ),
            is_line=True, kind="duration",
        ),
        Drawn("occupancy", "Occupancy", (("occupancy", "This period", "accent"),),
              is_line=True, is_compared=True, kind="percent"),
    )  # fmt: skip
    heat = {
        "on_duty_time": "Agents on duty on average, by weekday and hour",
        "occupancy": "Occupancy, by weekday and hour",
        "absent_time": "Time absent in all, by weekday and hour",
    }
    dimensions = ("team", "agent")
    is_of_people = True

    def choices(self, viewer: Agent, filters: FactFilters) -> Sequence[Choice]:
        return [choice for choice in super().choices(viewer, filters) if choice.name in _OFFERED]
