"""The agent who owns the ticket."""

from __future__ import annotations

from routing.actions.recipients import agent_choices
from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue


class AssigneeFact(Fact):
    key = "assignee"
    label = "Assignee"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.assignee_id

    def choices(self) -> Choices:
        return agent_choices()
