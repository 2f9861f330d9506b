"""A contact who is different now, and how far their open tickets were told: the row that outlives a lost task."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class ContactNews(models.Model):
    """Written with the change while a rule listens, deleted when the last open ticket was told. Plain ids."""

    contact_id = models.BigIntegerField()
    # Set: all tickets of the organization are meant.
    organization_id = models.BigIntegerField(null=True, blank=True)
    what = models.CharField(max_length=24)
    before = models.CharField(max_length=320, blank=True, default="")
    after = models.CharField(max_length=320, blank=True, default="")
    after_ticket_id = models.BigIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.what} of contact {self.contact_id}"
