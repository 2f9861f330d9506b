"""What the bell shows: one line for one agent about one thing that happened on a ticket, or to the desk itself."""

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
    ASIDE = "aside", "A third party answered"
    FAILED = "failed", "A reply was not delivered"
    SLA_NEAR = "sla_near", "A deadline is near"
    SLA_BREACHED = "sla_breached", "A deadline was missed"
    SLA_ESCALATED = "sla_escalated", "A missed deadline is escalated"
    BAD_RATING = "bad_rating", "A customer is unhappy"
    RECOVERY_LATE = "recovery_late", "An unhappy customer still waits"
    CALLBACK_NEAR = "callback_near", "A callback is about to begin"
    CALLBACK_LATE = "callback_late", "A callback was missed"
    CHAT_LEFT = "chat_left", "Nobody answers a chat"
    RULE = "rule", "A rule tells you"
    INBOX_OFF = "inbox_off", "An inbox was switched off"
    MAILBOX = "mailbox", "A mailbox cannot be read"
    MAILS_MISSING = "mails_missing", "Mails could not be fetched"
    PROBLEM = "problem", "Something that came in could not be read"
    RULES_FAILED = "rules_failed", "Rules gave up on an event"
    WEBHOOK_OFF = "webhook_off", "A webhook was switched off"


class Notification(models.Model):
    """`event_id` is the ticket's event behind it, so that telling twice makes one line.

    `about` names what of the desk needs a hand ("inbox:3", "problems:3"): one unread line for each, however often it
    is told. Such a line has no ticket, or no event of its own.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=16, choices=NotificationKind.choices)
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="notifications")
    event_id = models.BigIntegerField(null=True, blank=True)
    about = models.CharField(max_length=40, blank=True, default="", db_default="")
    text = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # Claimed for a mail to an agent who was away; set before it leaves, so that it is told once at most.
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "agent"], name="notification_once"),
            models.UniqueConstraint(
                fields=["agent", "about"],
                name="notification_unread_about",
                condition=Q(read_at__isnull=True) & ~Q(about=""),
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "-id"], name="notification_newest"),
            models.Index(fields=["agent"], name="notification_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.agent_id}"
