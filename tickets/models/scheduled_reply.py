"""A reply that is written now and leaves later: until then it is nobody's message, and stops no clock."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Agent
from tickets.models.ticket import Ticket


class ScheduleState(models.TextChoices):
    """WAITING becomes SENT, or HELD when the customer wrote in the meantime, or CANCELLED by a person."""

    WAITING = "waiting", "Waiting"
    HELD = "held", "Held back"
    SENT = "sent", "Sent"
    CANCELLED = "cancelled", "Taken back"


class ScheduledReply(models.Model):
    """`seen_seq` is what its author had read; `status_after` is set with the reply, as "Send & resolve" does."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="scheduled_replies")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.TextField(blank=True, default="")
    cc = models.JSONField(default=list, blank=True)
    attachment_ids = models.JSONField(default=list, blank=True)
    status_after = models.CharField(max_length=8, blank=True, default="")
    seen_seq = models.PositiveIntegerField(default=0)
    send_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ScheduleState.choices, default=ScheduleState.WAITING)
    # Why it was held back, in words.
    problem = models.CharField(max_length=300, blank=True, default="")
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "scheduled replies"
        indexes = [models.Index("send_at", "id", name="scheduledreply_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"scheduled reply {self.pk}"
