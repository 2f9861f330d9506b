"""An agent's unsent words on a ticket: a row of its own that remote updates never touch."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from people.models import Agent
from tickets.models.ticket import Ticket


class DraftMode(models.TextChoices):
    REPLY = "reply", "Reply"
    NOTE = "note", "Internal note"


class Draft(models.Model):
    """`revision` rises with every save, so that an older tab never overwrites a newer one unasked."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=5, choices=DraftMode.choices)
    text = models.TextField(blank=True, default="")
    recipients = models.JSONField(default=dict, blank=True)
    attachment_ids = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket", "mode"], name="draft_unique")]

    def __str__(self) -> str:
        return f"{self.mode} draft of {self.agent_id} on {self.ticket_id}"
