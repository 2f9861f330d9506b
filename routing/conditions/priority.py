"""The ticket's priority."""

from __future__ import annotations

from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue
from tickets.models import Priority


class PriorityFact(Fact):
    key = "priority"
    label = "Priority"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.priority

    def choices(self) -> Choices:
        return list(Priority.choices)
