"""What a customer was told to expect: the predicted first response of a ticket, and what it came to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tickets.models import Inbox, Ticket


class Prediction(models.Model):
    """Written when the ticket is opened, with what was known then; the real answer is filled in once, when it comes.

    Seconds are of the wall clock, since that is what a customer feels. `basis` says what the figures stand on:
    "history" (as usual at this hour) or "queue" (more tickets wait than usual).
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="prediction")
    inbox = models.ForeignKey(Inbox, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    team_id = models.BigIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=24, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    p50_seconds = models.PositiveIntegerField()
    p90_seconds = models.PositiveIntegerField()
    usual_p50_seconds = models.PositiveIntegerField()
    basis = models.CharField(max_length=8)
    waiting = models.PositiveIntegerField(default=0)
    agents = models.PositiveIntegerField(default=0)
    sample = models.PositiveIntegerField(default=0)
    real_seconds = models.PositiveIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index("at", name="prediction_at", condition=Q(real_seconds__isnull=False))]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} within {self.p50_seconds} s"
