"""The report on callbacks: how many calls were promised, and how many of them were kept."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport
from reports.target import Target


class CallbacksReport(FactReport):
    slug = "callbacks"
    title = "Callbacks"
    icon = "phone"
    question = "Were the calls that we promised made in time?"
    description = (
        "Calls that were promised to customers, and whether somebody called within the window. Attributed to whoever"
        " called, else to whose call it was."
    )
    needs = "Calls are promised on a ticket, by “Call back…” beside the customer."
    target = Target("callbacks_kept_share", 90)
    columns = (
        "callbacks_planned", "callbacks_kept_share", "callbacks_kept", "callbacks_missed", "callbacks_made",
        "callbacks_unanswered",
    )  # fmt: skip
    tiles = ("callbacks_kept_share", "callbacks_planned", "callbacks_missed", "callbacks_made", "callbacks_unanswered")
    drawn = (
        Drawn(
            "share", "Callbacks kept", (("callbacks_kept_share", "This period", "accent"),),
            is_line=True, is_compared=True, kind="percent", ceiling=100, has_goal=True,
        ),
        Drawn("outcomes", "Kept and missed", (("callbacks_kept", "Kept", "ok"), ("callbacks_missed", "Missed", "bad"))),
    )  # fmt: skip
    dimensions = ("team", "agent", "inbox", "brand", "tag")
