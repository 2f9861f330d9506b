"""A recovery: after a bad rating somebody gets in touch with the customer in time, and says what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from csat.models.rating import Rating
from people.models import Agent
from tickets.models import Ticket


class Outcome(models.TextChoices):
    WON_BACK = "won_back", "The customer is content now"
    EXPLAINED = "explained", "We explained it; the customer is not content"
    UNREACHABLE = "unreachable", "The customer could not be reached"
    WITHDRAWN = "withdrawn", "The customer took the rating back"


class Cause(models.TextChoices):
    DELAY = "delay", "It took too long"
    KNOWLEDGE = "knowledge", "Our answer was wrong or unclear"
    TONE = "tone", "Our tone"
    POLICY = "policy", "Our rules"
    PRODUCT = "product", "The product itself"
    OTHER = "other", "Something else"


class Recovery(models.Model):
    """Open while `closed_at` is empty. One per rating."""

    rating = models.OneToOneField(Rating, on_delete=models.CASCADE, related_name="recovery")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="recoveries", db_index=False)
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="recoveries")
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    overdue_told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    cause = models.CharField(max_length=12, choices=Cause.choices, blank=True, default="")

    class Meta:
        verbose_name_plural = "recoveries"
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="recovery_due",
                condition=Q(closed_at__isnull=True, overdue_told_at__isnull=True),
            ),
            models.Index(fields=["ticket", "id"], name="recovery_ticket"),
        ]

    def __str__(self) -> str:
        return f"recovery on ticket {self.ticket_id}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
