"""A ticket at a moment, and perhaps the event that something reacts to: what conditions are decided about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from core.clock import now
from tickets.models import Delivery, Message, Ticket, TicketEvent


@dataclass
class Occasion:
    ticket: Ticket
    event: TicketEvent | None = None
    at: datetime = field(default_factory=now)

    @cached_property
    def message(self) -> Message | None:
        """The message that the event is about, else the ticket's newest public one."""
        about = self.event.data.get("message_id") if self.event else None
        messages = Message.objects.filter(ticket_id=self.ticket.pk)
        if about:
            return messages.filter(pk=about).first()
        return messages.filter(seq=self.ticket.last_public_seq).exclude(delivery=Delivery.RETRACTED).first()

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Every address that the contact is known by."""
        return frozenset(self.ticket.contact.identities.values_list("value", flat=True))
