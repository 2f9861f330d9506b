"""Whether a machine wrote the event's message."""

from __future__ import annotations

from routing.conditions.base import YES_OR_NO, Choices, Fact, Occasion
from routing.evaluator import FLAG, FactValue


class IsAutomaticFact(Fact):
    key = "is_automatic"
    label = "Message is automatic"
    operators = FLAG

    def value(self, occasion: Occasion) -> FactValue:
        return bool(occasion.message and occasion.message.is_automatic)

    def choices(self) -> Choices:
        return YES_OR_NO
