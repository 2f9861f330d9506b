"""The journal of a ticket: every change, numbered without gaps."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tickets.models.ticket import Ticket


class TicketEvent(models.Model):
    """`kind` names a class of core/events/catalogue.py; `data` holds that class's own fields. `id` is the desk-wide
    cursor of the live updates (readers overlap it a little, since commits may come out of order)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    data = models.JSONField(default=dict, blank=True)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=160, blank=True, default="")
    cause = models.CharField(max_length=80, blank=True, default="")
    depth = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="ticketevent_ticket_seq")]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq} of ticket {self.ticket_id}"
