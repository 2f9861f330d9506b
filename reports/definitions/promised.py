"""The report on what customers were told to expect: how often was it true, where, and when?"""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport
from reports.target import Target


class PromisedReport(FactReport):
    slug = "promised"
    title = "Promised against real"
    icon = "clock"
    question = "Was true what customers were told to expect?"
    description = (
        "How long customers were told to wait for the first answer, and how long it took. Half of the answers should"
        " come within the usual time told, nine of ten within the longest."
    )
    needs = "Customers are told what to expect once enough tickets of the past tell how long answers take."
    target = Target("within_p90", 90)
    columns = ("foretold", "within_p50", "within_p90", "later_than_told", "told_off_by", "real_p50", "real_p90")
    tiles = ("foretold", "within_p50", "within_p90", "told_off_by", "real_p50", "real_p90")
    drawn = (
        Drawn(
            "true", "Answers within what was told",
            (("within_p90", "Within the longest (p90)", "accent"), ("within_p50", "Within the usual (p50)", "middle")),
            is_line=True, kind="percent", ceiling=100, has_goal=True,
        ),
        Drawn("real", "How long answers really took", (("real_p50", "p50", "accent"), ("real_p90", "p90", "bad")),
              is_line=True, is_band=True, kind="duration"),
    )  # fmt: skip
    heat = {
        "within_p90": "Answers within the longest time told, in percent, by weekday and hour of the answer",
        "later_than_told": "Answers later than told, by weekday and hour of the answer",
    }
    dimensions = ("team", "inbox", "brand", "channel", "priority", "tag")
