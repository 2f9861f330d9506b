"""The newest finding of each check of an inbox's settings."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from channels_in.checks import Mark
from tickets.models import Inbox


class InboxCheck(models.Model):
    """One row per inbox and check; a newer run takes the place of the older one."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="checks", db_index=False)
    name = models.CharField(max_length=40)
    mark = models.CharField(max_length=8, default=Mark.RUNNING.value)
    sentence = models.CharField(max_length=500, blank=True, default="")
    advice = models.CharField(max_length=500, blank=True, default="")
    facts = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "name"], name="inboxcheck_unique")]

    def __str__(self) -> str:
        return f"{self.name} of {self.inbox_id}"
