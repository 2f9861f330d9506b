"""A report with its filters under a name, and when and to whom it is mailed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Agent


class Every(models.TextChoices):
    NEVER = "", "Never"
    DAY = "day", "Every morning, about the day before"
    WEEK = "week", "Every Monday, about the week before"
    MONTH = "month", "On the first of each month, about the month before"


class SavedReport(models.Model):
    """`query` is the URL's. The mail is made with the owner's rights; `next_at` is empty while none is due.

    `claimed_until` is set while a worker mails it, so that two never do; `problem` says why the last mail failed.
    """

    owner = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="saved_reports")
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=40)
    query = models.TextField(blank=True, default="")
    every = models.CharField(max_length=5, choices=Every.choices, blank=True, default=Every.NEVER)
    recipients = ArrayField(models.EmailField(), default=list, blank=True)
    only_if_missed = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index("next_at", name="saved_report_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return self.name
