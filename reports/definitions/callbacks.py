"""The report on callbacks: how many calls were promised, and how many of them were kept."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport


class CallbacksReport(FactReport):
    slug = "callbacks"
    title = "Callbacks"
    description = (
        "Calls that were promised to customers, and whether somebody called within the window. Attributed to whoever"
        " called, else to whose call it was."
    )
    needs = "Calls are promised on a ticket, by “Call back…” beside the customer."
    columns = (
        "callbacks_planned", "callbacks_kept_share", "callbacks_kept", "callbacks_missed", "callbacks_made",
        "callbacks_unanswered",
    )  # fmt: skip
    tiles = ("callbacks_kept_share", "callbacks_planned", "callbacks_missed", "callbacks_made", "callbacks_unanswered")
    drawn = (
        Drawn(
            "share", "Callbacks kept", (("callbacks_kept_share", "This period", "accent"),),
            is_line=True, is_compared=True, kind="percent", ceiling=100,
        ),
        Drawn("outcomes", "Kept and missed", (("callbacks_kept", "Kept", "ok"), ("callbacks_missed", "Missed", "bad"))),
    )  # fmt: skip
    dimensions = ("team", "agent", "inbox", "tag")
