"""SLA policies: who gets which promise, and how long each promise is."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from sla.models.hours import BusinessHours
from tickets.models import Priority


class Metric(models.TextChoices):
    FIRST_RESPONSE = "first_response", "First response"
    NEXT_RESPONSE = "next_response", "Next response"
    RESOLUTION = "resolution", "Resolution"


class Policy(models.Model):
    """The first active policy by `position` whose conditions fit a ticket applies; an empty list fits all.
    `version` rises with each edit, and a clock remembers the one it was set by."""

    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True, default="")
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    # Empty means round the clock.
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="policies")
    pauses_while_snoozed = models.BooleanField(default=False)
    inbox_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    team_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    organization_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "id")
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """How long one metric may take at one priority, in open seconds, and after what share of it we warn."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=16, choices=Metric.choices)
    priority = models.CharField(max_length=8, choices=Priority.choices)
    seconds = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    warn_percent = models.PositiveSmallIntegerField(
        default=75, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "metric", "priority"], name="target_unique")]

    def __str__(self) -> str:
        return f"{self.metric} at {self.priority}: {self.seconds} s"
