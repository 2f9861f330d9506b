"""Whether a promise on the ticket is overdue now."""

from __future__ import annotations

from routing.conditions.base import YES_OR_NO, Choices, Fact, Occasion
from routing.evaluator import FLAG, FactValue


class SlaBreachedFact(Fact):
    key = "sla_breached"
    label = "SLA is breached"
    operators = FLAG

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.sla_breached

    def choices(self) -> Choices:
        return YES_OR_NO
