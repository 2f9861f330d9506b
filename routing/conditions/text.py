"""What the event's message says."""

from __future__ import annotations

from routing.conditions.base import Fact, Occasion
from routing.evaluator import TEXT, FactValue


class TextFact(Fact):
    key = "text"
    label = "Message text"
    operators = TEXT

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.message.text if occasion.message else None
