"""The ticket's tags."""

from __future__ import annotations

from routing.conditions.base import Fact, Occasion
from routing.evaluator import TAGS, FactValue


class TagsFact(Fact):
    key = "tags"
    label = "Tags"
    operators = TAGS

    def value(self, occasion: Occasion) -> FactValue:
        return frozenset(occasion.ticket.tags)
