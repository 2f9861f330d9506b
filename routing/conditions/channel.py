"""The channel of the event's message, else the ticket's first one."""

from __future__ import annotations

from routing.conditions.base import Fact, Occasion
from routing.evaluator import CHOICE, FactValue


class ChannelFact(Fact):
    key = "channel"
    label = "Channel"
    operators = CHOICE

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.message.channel if occasion.message else occasion.ticket.channel
