"""The report on solutions: how many took a single answer, how many came back, and how long they took."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport
from reports.target import Target


class SolutionsReport(FactReport):
    slug = "solutions"
    title = "Solutions"
    icon = "circle-check"
    question = "How many are solved, how fast, and how many with the first answer?"
    description = "Resolutions, those that took a single answer, those that were reopened, and the time they took."
    target = Target("fcr", 70)
    columns = ("solved", "fcr", "reopened", "solve_p50", "solve_p90")
    tiles = ("solved", "fcr", "reopened", "solve_p50", "solve_p90")
    drawn = (
        Drawn("solved", "Solved", (("solved", "This period", "accent"),), is_line=True, is_compared=True),
        Drawn(
            "fcr", "Solved with the first answer", (("fcr", "This period", "accent"),),
            is_line=True, is_compared=True, kind="percent", ceiling=100, has_goal=True,
        ),
    )  # fmt: skip
    heat = {"solved": "When tickets were solved, by weekday and hour"}
