"""What rules leave to be done later: a reminder on a ticket, a call to another system."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

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


class CallState(models.TextChoices):
    QUEUED = "queued", "Queued"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class WebhookCall(models.Model):
    """A POST to another system about a ticket; `key` stays the same over all tries, so that a receiver can tell."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="webhook_calls")
    url = models.CharField(max_length=500)
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=CallState.choices, default=CallState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at", "id"], name="webhookcall_due", condition=Q(state="queued"))]

    def __str__(self) -> str:
        return f"call to {self.url}"
