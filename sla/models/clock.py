"""An SLA clock: one promise on one ticket, running, paused or decided."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.clock import NEVER
from people.models import Agent, Team
from sla.models.hours import BusinessHours
from sla.models.policy import Metric, Policy
from tickets.models import Inbox, Ticket


class Clock(models.Model):
    """Runs while `running_since` is set; `elapsed_seconds` is the open time used up before that moment.

    `decided_at` is when the outcome became a fact: the breach, or the fulfilment in time. The snapshot beside
    it (team, agent, inbox, channel, priority) never changes afterwards, so reports read no mutable columns.
    A clock that is finished without being met was called off: spam, or resolved without an answer.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sla_clocks")
    metric = models.CharField(max_length=16, choices=Metric.choices)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    policy_version = models.PositiveIntegerField()
    # Empty means round the clock.
    hours = models.ForeignKey(
        BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks", db_index=False
    )
    target_seconds = models.PositiveIntegerField()
    # What is allowed in the end: the target, or more where a change of terms would have made the ticket late at once.
    allowed_seconds = models.FloatField(default=0)
    # Seconds of the clock after which the desk is warned, and after the deadline is escalated; how many were done.
    warn_after = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    warnings_done = models.PositiveSmallIntegerField(default=0)
    escalate_after = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    escalations_done = models.PositiveSmallIntegerField(default=0)

    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    elapsed_seconds = models.FloatField(default=0)
    # All three are NEVER while the clock stands still; the latter two when nothing more is to be said.
    due_at = models.DateTimeField(default=NEVER)
    warn_at = models.DateTimeField(default=NEVER)
    escalate_at = models.DateTimeField(default=NEVER)

    warned_at = models.DateTimeField(null=True, blank=True)
    # The due moment that was missed, whenever we noticed; `breach_told_at` is when the desk was told.
    breached_at = models.DateTimeField(null=True, blank=True)
    breach_told_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    # The reply that met it, so that taking the reply back sets the clock going again.
    met_by_message_id = models.BigIntegerField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    decided_at = models.DateTimeField(null=True, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    inbox = models.ForeignKey(Inbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    channel = models.CharField(max_length=24, blank=True, default="")
    priority = models.CharField(max_length=8, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "metric"],
                name="clock_one_unfinished",
                condition=Q(finished_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                "due_at",
                name="clock_due",
                condition=Q(breach_told_at__isnull=True) & (Q(finished_at__isnull=True) | Q(breached_at__isnull=False)),
            ),
            models.Index(
                "warn_at",
                name="clock_warn",
                condition=Q(finished_at__isnull=True, breached_at__isnull=True),
            ),
            models.Index("escalate_at", name="clock_escalate", condition=Q(finished_at__isnull=True)),
            models.Index("metric", "decided_at", name="clock_decided", condition=Q(decided_at__isnull=False)),
            models.Index("met_by_message_id", name="clock_met_by", condition=Q(met_by_message_id__isnull=False)),
            models.Index("policy", name="clock_unfinished", condition=Q(finished_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of ticket {self.ticket_id}"

    @property
    def is_paused(self) -> bool:
        return self.finished_at is None and self.running_since is None
