"""What remembers where an incoming message belongs: every Message-ID ever met, and each chat's current ticket."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tickets.models.inbox import Inbox
from tickets.models.ticket import Ticket


class RefKind(models.TextChoices):
    SENT = "sent", "Sent by us"
    SEEN = "seen", "Received"
    MENTIONED = "mentioned", "Mentioned by a message"


class MessageRef(models.Model):
    """One Message-ID in one ticket. The hash keeps the index narrow whatever length senders invent."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="refs")
    kind = models.CharField(max_length=9, choices=RefKind.choices)
    id_hash = models.BinaryField(max_length=16)
    message_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id_hash", "ticket"], name="messageref_unique")]
        # What thousands mention, only few have seen.
        indexes = [models.Index("id_hash", name="messageref_known", condition=~models.Q(kind="mentioned"))]

    def __str__(self) -> str:
        return f"{self.kind} in ticket {self.ticket_id}"


class ChannelThread(models.Model):
    """The ticket that a chat-like conversation (inbox, key) goes on in."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="threads")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "key"], name="channelthread_unique")]

    def __str__(self) -> str:
        return self.key
