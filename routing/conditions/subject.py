"""The ticket's subject."""

from __future__ import annotations

from routing.conditions.base import Fact, Occasion
from routing.evaluator import TEXT, FactValue


class SubjectFact(Fact):
    key = "subject"
    label = "Subject"
    operators = TEXT

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.subject
