"""A running adoption of edited promises: the marker that outlives a lost task."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

THE_ONE = 1


class Refit(models.Model):
    """One row while open tickets are being fitted to edited policies: up to which ticket, and when to look again.

    `round` rises with every edit, so that an older walk neither ends nor moves a newer one.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE)
    round = models.PositiveIntegerField(default=1)
    after_ticket_id = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"round {self.round}, after ticket {self.after_ticket_id}"
