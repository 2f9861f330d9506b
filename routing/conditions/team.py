"""The team that has the ticket."""

from __future__ import annotations

from routing.actions.recipients import team_choices
from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue


class TeamFact(Fact):
    key = "team"
    label = "Team"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.team_id

    def choices(self) -> Choices:
        return team_choices(nobody=False)
