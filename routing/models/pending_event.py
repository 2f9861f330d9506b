"""An event that rules have not looked at yet: the marker that outlives a lost task."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class PendingEvent(models.Model):
    """Written with the event itself, deleted with the rules' effects. Plain ids, so that writing costs no checks."""

    event_id = models.BigIntegerField(primary_key=True)
    ticket_id = models.BigIntegerField()
    # When the sweeper may take it: the ordinary task comes first, a failed one is tried again later.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"event {self.event_id}"
