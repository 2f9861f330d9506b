"""The contact's company."""

from __future__ import annotations

from people.models import Organization
from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue


class OrganizationFact(Fact):
    key = "organization"
    label = "Organization"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.organization_id

    def choices(self) -> Choices:
        return [(str(pk), name) for pk, name in Organization.objects.order_by("name").values_list("pk", "name")]
