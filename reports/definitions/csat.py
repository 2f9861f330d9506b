"""The report on satisfaction: who was asked, what customers said, and what came of the bad ratings."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport
from reports.target import Target


class CsatReport(FactReport):
    slug = "csat"
    title = "Satisfaction"
    icon = "smile"
    question = "What do customers say, and what came of the bad ratings?"
    description = (
        "Ratings by customers, attributed to whom the ticket belonged when it was resolved. Nobody is compared by fewer"
        " than 20 ratings."
    )
    needs = "Customers are asked for a rating once a survey is switched on, in the settings under Surveys."
    target = Target("csat", 80)
    columns = ("rated", "csat", "csat_bad", "csat_mean", "csat_asked", "csat_response", "recoveries")
    tiles = ("csat", "csat_bad", "rated", "csat_response", "recoveries", "recovered_in_time", "won_back")
    drawn = (
        Drawn(
            "csat", "Ratings of 4 and 5", (("csat", "This period", "accent"),),
            is_line=True, is_compared=True, kind="percent", ceiling=100, has_goal=True,
        ),
        Drawn(
            "scores", "Ratings: good, fair and bad",
            (("rated_good", "4 and 5", "ok"), ("rated_3", "3", "still"), ("rated_bad", "1 and 2", "bad")),
        ),
    )  # fmt: skip
    whole = ("rated_5", "rated_4", "rated_3", "rated_2", "rated_1")
    whole_title = "How often each score was given"
    whole_column = "Score"
    whole_style = "accent"
    shows_comments = True
    dimensions = ("team", "agent", "inbox", "brand", "channel", "tag")
