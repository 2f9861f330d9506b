"""A side conversation: what agents ask a third party about a ticket. The customer never sees it and can never join."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from people.models import Agent
from tickets.models.inbox import Inbox
from tickets.models.ticket import Ticket


class SideState(models.TextChoices):
    WAITING = "waiting", "Waiting for them"
    ANSWERED = "answered", "They answered"
    CLOSED = "closed", "Closed"


class SideConversation(models.Model):
    """Its messages are those of the ticket with `side` set. `members` are the addresses that may write in it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sides")
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=SideState.choices, default=SideState.WAITING)
    # [{"name", "address"}], addresses in lower case.
    members = models.JSONField(default=list)
    started_by = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_message_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.subject
