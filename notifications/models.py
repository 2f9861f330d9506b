"""What the bell shows: one line for one agent about one thing that happened on a ticket."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Agent
from tickets.models import Ticket


class NotificationKind(models.TextChoices):
    ASSIGNED = "assigned", "Assigned to you"
    UNASSIGNED = "unassigned", "Taken from you"
    MENTION = "mention", "You were mentioned"
    REPLY = "reply", "The customer replied"
    FAILED = "failed", "A reply was not delivered"
    SLA_NEAR = "sla_near", "A deadline is near"
    SLA_BREACHED = "sla_breached", "A deadline was missed"
    RULE = "rule", "A rule tells you"


class Notification(models.Model):
    """`event_id` is the ticket's event behind it, so that telling twice makes one line."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=16, choices=NotificationKind.choices)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notifications")
    event_id = models.BigIntegerField()
    text = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "agent"], name="notification_once")]
        indexes = [
            models.Index(fields=["agent", "-id"], name="notification_newest"),
            models.Index(fields=["agent"], name="notification_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.agent_id}"
