"""The inbox that the ticket came in by."""

from __future__ import annotations

from routing.conditions.base import Choices, Fact, Occasion
from routing.evaluator import CHOICE, FactValue
from tickets.models import Inbox


class InboxFact(Fact):
    key = "inbox"
    label = "Inbox"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.ticket.inbox_id

    def choices(self) -> Choices:
        return [(str(pk), name) for pk, name in Inbox.objects.order_by("name").values_list("pk", "name")]
