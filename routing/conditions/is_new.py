"""Whether the event's message opened the ticket."""

from __future__ import annotations

from routing.conditions.base import YES_OR_NO, Choices, Fact, Occasion
from routing.evaluator import FLAG, FactValue


class IsNewFact(Fact):
    key = "is_new"
    label = "Ticket is new"
    operators = FLAG

    def value(self, occasion: Occasion) -> FactValue:
        return bool(occasion.event.data.get("opened"))

    def choices(self) -> Choices:
        return YES_OR_NO
