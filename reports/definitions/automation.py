"""The report on what the desk did by itself: rules, macros and escalations, and messages that did not arrive."""

from __future__ import annotations

from reports.fact_report import Drawn, FactReport


class AutomationReport(FactReport):
    slug = "automation"
    title = "Automation and delivery"
    icon = "zap"
    question = "What did rules and macros do, what escalated, and what never arrived?"
    description = "Runs of rules, macros, steps of escalation paths, and messages that could not be delivered."
    needs = "Rules, macros and escalation paths are made in the settings."
    columns = ("opened", "rule_runs", "macros", "escalated", "undelivered")
    tiles = ("rule_runs", "macros", "escalated", "undelivered")
    drawn = (
        Drawn("rules", "Rules and macros", (("rule_runs", "Rules", "accent"), ("macros", "Macros", "ok"))),
        Drawn("undelivered", "Not delivered", (("undelivered", "Messages", "bad"),)),
    )
    dimensions = ("item", "inbox", "brand", "channel", "team", "tag")
