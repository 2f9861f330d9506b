"""A mail in a demo customer's mailbox. Customers have mail servers of their own; only the demo has to play them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class DemoMail(models.Model):
    mailbox = models.CharField(max_length=320)
    # Written by the customer, or received by them.
    is_sent = models.BooleanField(default=False)
    raw = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["mailbox", "-id"], name="demomail_mailbox")]

    def __str__(self) -> str:
        return f"mail {self.pk} of {self.mailbox}"
