"""The address that the event's message came from."""

from __future__ import annotations

from routing.conditions.base import Fact, Occasion
from routing.evaluator import TEXT, FactValue


class SenderFact(Fact):
    key = "sender"
    label = "Sender's address"
    operators = TEXT

    def value(self, occasion: Occasion) -> FactValue:
        return _address(occasion)


def _address(occasion: Occasion) -> str | None:
    sender = (occasion.message.recipients or {}).get("from") or {} if occasion.message else {}
    return sender.get("address") or None
