"""The report on volume: how many tickets come and go, by which channel, and how many are still open."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport


class VolumeReport(FactReport):
    slug = "volume"
    title = "Volume"
    icon = "inbox"
    question = "How much comes in, by which channels, about what, and when?"
    description = "Tickets opened and solved by channel, team, tag and priority, and how many of those are still open."
    columns = ("opened", "solved", "still_open", "reopened", "spam")
    tiles = columns
    drawn = (
        Drawn("opened", "Opened", (("opened", "This period", "accent"),), is_line=True, is_compared=True),
        Drawn("flow", "Opened tickets still open", (("still_open", "Still open", "accent"),)),
    )
    heat = {
        "opened": "When tickets came, by weekday and hour",
        "solved": "When tickets were solved, by weekday and hour",
    }
    dimensions = ("channel", "inbox", "brand", "team", "priority", "tag")
