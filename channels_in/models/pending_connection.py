"""An inbox whose provider has not been told our address yet: the marker that outlives a lost task."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tickets.models import Inbox


class PendingConnection(models.Model):
    """Written with the settings, deleted when the provider has said yes or no. `problem`: why it takes longer."""

    inbox = models.OneToOneField(Inbox, primary_key=True, on_delete=models.CASCADE, related_name="pending_connection")
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"inbox {self.inbox_id}"
