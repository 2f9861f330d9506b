"""A rule: when this happens and these conditions hold, do that; and the record of each time it did."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routing.triggers import TRIGGERS
from tickets.models import Ticket


class Rule(models.Model):
    """`conditions` is what routing/evaluator.py reads, `actions` a list of {"action": key, "params": {...}}."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, default="")
    event = models.CharField(max_length=32, choices=list(TRIGGERS.items()))
    conditions = models.JSONField(default=dict, blank=True)
    actions = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    # No later rule reacts to the same event.
    stops = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "id")
        indexes = [models.Index(fields=["event"], name="rule_event", condition=models.Q(is_active=True))]

    def __str__(self) -> str:
        return self.name


class RuleRun(models.Model):
    """One rule reacted to one event, once; `problem` tells why it could not do all it should."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False)
    rule_version = models.PositiveIntegerField()
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_runs")
    event_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "event_id"], name="rulerun_once")]

    def __str__(self) -> str:
        return f"rule {self.rule_id} on event {self.event_id}"
