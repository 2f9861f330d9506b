"""What rules leave to be done later: a reminder on a ticket."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tickets.models import Ticket


class Reminder(models.Model):
    """Somebody looks at the ticket again at a moment, unless it is done by then."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="reminders")
    due_at = models.DateTimeField()
    text = models.CharField(max_length=300, blank=True, default="")
    set_by = models.CharField(max_length=160, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], name="reminder_due", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"reminder on ticket {self.ticket_id}"
