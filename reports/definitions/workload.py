"""The report on work: who answers how much, and how tickets wander between agents, teams and channels."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport


class WorkloadReport(FactReport):
    slug = "workload"
    title = "Workload"
    icon = "users"
    question = "Who answers how much, and how often do tickets change hands?"
    description = (
        "Answers, tickets taken and solved by team and agent, and how often tickets changed hands, teams or channels."
        " Nobody is compared by fewer than 20 answers."
    )
    columns = ("answers", "taken", "solved", "first_p50", "next_p50", "transferred", "team_hops", "channel_hops")
    tiles = ("answers", "taken", "transferred", "team_hops", "channel_hops")
    drawn = (
        Drawn("answers", "Answers", (("answers", "This period", "accent"),), is_line=True, is_compared=True),
        Drawn(
            "moves", "Changes of hands",
            (("transferred", "Between agents", "accent"), ("team_hops", "Between teams", "bad")),
        ),
    )  # fmt: skip
    heat = {"answers": "When answers were written, by weekday and hour"}
    dimensions = ("team", "agent", "brand", "channel", "priority", "tag")
