"""One try to send a message out: written before the network is touched, finished after it answered."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tickets.models import Message


class AttemptOutcome(models.TextChoices):
    """STARTED without an end means that the process died in the middle: nobody knows whether it arrived."""

    STARTED = "started", "Started"
    SENT = "sent", "Sent"
    RETRY = "retry", "Will be tried again"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Nobody knows"


class OutboundAttempt(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="outbound_attempts")
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=AttemptOutcome.choices, default=AttemptOutcome.STARTED)
    detail = models.CharField(max_length=300, blank=True, default="")
    # The provider's ids of what arrived, in order: a long text is sent in parts, and only the missing ones go again.
    arrived = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"attempt {self.pk} of message {self.message_id}"
