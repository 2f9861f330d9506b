"""The ticket's status."""

from __future__ import annotations

from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue
from tickets.models import Status


class StatusFact(Fact):
    key = "status"
    label = "Status"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.status

    def choices(self) -> Choices:
        return list(Status.choices)
