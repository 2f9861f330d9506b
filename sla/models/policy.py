"""SLA policies: who gets which promise, and how long each promise is."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from people.models import Agent
from sla.models.hours import BusinessHours
from tickets.models import Priority


class Metric(models.TextChoices):
    FIRST_RESPONSE = "first_response", "First response"
    NEXT_RESPONSE = "next_response", "Next response"
    RESOLUTION = "resolution", "Resolution"
    UPDATE = "update", "Update"


class Pause(models.TextChoices):
    """When a promise may stand still; the policy says which ones do."""

    PENDING = "pending", "Pending: we wait for the customer"
    ON_HOLD = "on_hold", "On hold: we wait for somebody else"
    SNOOZED = "snoozed", "Snoozed"


class EscalationAction(models.TextChoices):
    NOTIFY_ASSIGNEE = "notify_assignee", "Notify the assignee"
    NOTIFY_TEAM = "notify_team", "Notify the whole team"
    NOTIFY_LEAD = "notify_lead", "Notify the team's lead"
    NOTIFY_MANAGERS = "notify_managers", "Notify the managers"
    ASSIGN_LEAD = "assign_lead", "Assign to the team's lead"
    UNASSIGN = "unassign", "Take from the assignee, back to the queue"
    RAISE_PRIORITY = "raise_priority", "Raise the priority"


def default_pauses() -> list[str]:
    return [Pause.PENDING.value, Pause.ON_HOLD.value]


def default_paused_metrics() -> list[str]:
    return [Metric.RESOLUTION.value, Metric.UPDATE.value]


def default_warnings() -> list[dict[str, int]]:
    return [{"percent": 75}]


class Policy(models.Model):
    """The first active policy by `position` whose conditions hold of a ticket applies.
    `version` rises with each edit, and a clock remembers the one it was set by; PolicyVersion keeps the terms of each.

    `warnings` holds {"percent": 80} (of the time has passed) or {"minutes_left": 15}. `escalation` holds
    {"after_minutes": 30, "action": ...}: what happens so many minutes of the clock after a missed deadline;
    `escalate_after` has the same in seconds, where the database counts.
    """

    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True, default="")
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    # Empty means round the clock.
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="policies")
    # Hours of the ticket's team, else of its inbox, else the desk's, where one of them has some; else `hours`.
    prefers_ticket_hours = models.BooleanField(default=False)
    pauses_on = ArrayField(models.CharField(max_length=10), default=default_pauses, blank=True)
    paused_metrics = ArrayField(models.CharField(max_length=16), default=default_paused_metrics, blank=True)
    warnings = models.JSONField(default=default_warnings, blank=True)
    escalation = models.JSONField(default=list, blank=True)
    escalate_after = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    # In the condition language (tickets/conditions): which tickets it is for; empty means all.
    conditions = models.JSONField(default=dict, blank=True)
    # Kept for the facts that name it; never tried again, shown apart.
    archived_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "id")
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """The terms of a policy as they were saved, never changed afterwards: what a clock or a fact was measured by."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("policy", "-number")
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policyversion_unique")]

    def __str__(self) -> str:
        return f"version {self.number} of policy {self.policy_id}"


class Target(models.Model):
    """How long one metric may take at one priority, in open seconds; `warn_after` holds the seconds after which we
    warn, in order."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=16, choices=Metric.choices)
    priority = models.CharField(max_length=8, choices=Priority.choices)
    seconds = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    warn_after = ArrayField(models.PositiveIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "metric", "priority"], name="target_unique")]

    def __str__(self) -> str:
        return f"{self.metric} at {self.priority}: {self.seconds} s"
