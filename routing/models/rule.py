"""A rule: when this happens, or has lasted so long, and these conditions hold, do that; its versions and its runs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.models import Agent
from sla.models import BusinessHours
from tickets.models import Ticket


class During(models.TextChoices):
    ALWAYS = "always", "at any time"
    INSIDE = "inside", "only within"
    OUTSIDE = "outside", "only outside of"


class Rule(models.Model):
    """An event rule names its `event`, a time rule its `wait` (routing/waits.py) and how long; never both.

    `conditions` speaks the one language (tickets/conditions), `actions` is a list of {"action": key, "params": {...}}.
    """

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, default="")
    event = models.CharField(max_length=32, blank=True, default="")
    wait = models.CharField(max_length=16, blank=True, default="")
    wait_seconds = models.PositiveIntegerField(default=0)
    conditions = models.JSONField(default=dict, blank=True)
    actions = models.JSONField(default=list)
    # When it may act. A time rule "inside" counts its waiting time in these hours.
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    during = models.CharField(max_length=8, choices=During.choices, default=During.ALWAYS)
    # Zero means as often as it likes.
    most_per_hour = models.PositiveIntegerField(default=0)
    most_per_ticket = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    # No later rule reacts to the same event.
    stops = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)
    # A changed time rule is armed for the tickets that wait already: the last that was looked at, empty when all were.
    arming_after = models.BigIntegerField(null=True, blank=True)
    arming_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "id")
        indexes = [
            models.Index(fields=["event"], name="rule_event", condition=Q(is_active=True)),
            models.Index(fields=["wait"], name="rule_wait", condition=Q(is_active=True) & ~Q(wait="")),
        ]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule was under one version, as routing/services/rule_versions.py writes it."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    saved_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="ruleversion_unique")]

    def __str__(self) -> str:
        return f"rule {self.rule_id}, version {self.version}"


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    REFUSED = "refused", "Could not"
    HELD = "held", "Held back"


class RuleRun(models.Model):
    """One rule reacted once, to an event or to a wait that had lasted long enough; why, and with what outcome."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False)
    rule_version = models.PositiveIntegerField()
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_runs", db_index=False)
    event_id = models.BigIntegerField(null=True, blank=True)
    # Of a time rule: since when the ticket had been waiting.
    waiting_since = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    problem = models.CharField(max_length=300, blank=True, default="")
    # What it did, in words, and how each condition went: see tickets.conditions.findings.
    actions = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "event_id"], name="rulerun_once")]
        indexes = [
            models.Index(F("rule"), F("at").desc(), name="rulerun_of_rule"),
            models.Index(F("ticket"), F("at").desc(), name="rulerun_of_ticket"),
        ]

    def __str__(self) -> str:
        return f"rule {self.rule_id} on ticket {self.ticket_id}"


class RuleTimer(models.Model):
    """A time rule armed for one wait of one ticket. Kept when it is settled: a rule acts once on a wait."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="timers", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_timers")
    # Since when the ticket has been waiting: the wait that this timer is about.
    episode = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    # Looked at in time, but its conditions did not hold; a change of the ticket lets it be looked at again.
    was_missed = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "ticket", "episode"], name="ruletimer_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="ruletimer_due", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"rule {self.rule_id} on ticket {self.ticket_id} at {self.due_at}"
