"""What every fact is that rules can test: a key, a label, its operators, and its value on an occasion."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from routing.evaluator import FactValue
from tickets.models import Message, Ticket, TicketEvent

Choices = list[tuple[str, str]]
YES_OR_NO: Choices = [("true", "Yes"), ("false", "No")]


@dataclass
class Occasion:
    """A ticket and the event that rules look at now."""

    ticket: Ticket
    event: TicketEvent

    @cached_property
    def message(self) -> Message | None:
        """The message that the event is about, when it is about one."""
        message_id = self.event.data.get("message_id")
        return Message.objects.filter(pk=message_id, ticket_id=self.ticket.pk).first() if message_id else None


class Fact(ABC):
    key: ClassVar[str]
    label: ClassVar[str]
    operators: ClassVar[frozenset[str]]

    @abstractmethod
    def value(self, occasion: Occasion) -> FactValue:
        """What it is now; None when it is not set."""

    def choices(self) -> Choices:
        """What the editor offers; empty means free text."""
        return []
