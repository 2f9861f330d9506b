"""What the promises record for reports: facts, written when they happen and never changed afterwards.

Reports stand on this table alone. Each row says what happened (`kind`), when (`at`), on which ticket and by which
event, to whom the ticket belonged at that moment (team, agent, inbox, channel, priority, organization, contact,
tags), and for lengths of time how long it took:

- `wall_seconds`: all the time from `began_at` to `at`;
- `business_seconds`: the open time of it, in the calendar `hours` (empty: round the clock) at its `hours_version`;
- `counted_seconds`: the time that counted against the promise, so less its pauses; empty when nothing was promised.

`target_seconds`, `policy` and `policy_version` name the promise, `is_kept` its outcome. A fact that was taken back (a
reply undone before it left, a message moved to another ticket) is voided by a later row that names it in `voids`:
`Fact.objects.standing()` leaves both out. What is about no ticket (who was on duty) has none. Rows outlive their
ticket, so that the erasure of a person changes no figure; they hold ids, never names or words.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.models import Ticket


class FactKind(models.TextChoices):
    """The kinds that the promises record; docs/sla.md says for each what its lengths and `data` hold."""

    OPENED = "opened", "A ticket was opened"
    FIRST_RESPONSE = "first_response", "A person answered for the first time"
    NEXT_RESPONSE = "next_response", "A person answered again"
    UPDATE = "update", "A public word kept a promise of updates"
    RESOLUTION = "resolution", "The ticket was resolved or closed"
    REOPENED = "reopened", "A resolved ticket was opened again"
    SPAM = "spam", "The ticket turned out to be spam"
    ASSIGNED = "assigned", "An agent took or got the ticket"
    TRANSFERRED = "transferred", "The ticket went from one agent to another"
    TEAM_CHANGED = "team_changed", "The ticket went to another team"
    PRIORITY_CHANGED = "priority_changed", "The priority changed"
    PAUSED = "paused", "A promise began to stand still"
    RESUMED = "resumed", "A promise went on"
    WARNED = "warned", "A deadline came near"
    BREACHED = "breached", "A deadline was missed"
    ESCALATED = "escalated", "A step of the escalation path was taken"
    REARRANGED = "rearranged", "Messages were moved, split off or merged"
    CHANNEL_HOPPED = "channel_hopped", "The customer went on through another channel"
    RULE_RAN = "rule_ran", "A rule did something"
    MACRO_APPLIED = "macro_applied", "A macro was used"
    DELIVERY_FAILED = "delivery_failed", "A message could not be delivered"
    FORETOLD = "foretold", "What a customer could expect met the answer"
    CHAT_BEGUN = "chat_begun", "A visitor began a chat"
    CHAT_LEFT_WORD = "chat_left_word", "A visitor left a message while nobody was there"
    CHAT_ANSWERED = "chat_answered", "A person answered the chat"
    CHAT_ABANDONED = "chat_abandoned", "The visitor left before anybody answered"
    RING_MISSED = "ring_missed", "A chat rang out at an agent"
    ON_DUTY = "on_duty", "An agent was on duty, or should have been"
    HELD = "held", "How much of their capacity an available agent used"
    CSAT_ASKED = "csat_asked", "A customer was asked for a rating"
    CSAT_ANSWERED = "csat_answered", "The question of that moment was answered"
    RATED = "rated", "A customer rated"
    RECOVERY_OPENED = "recovery_opened", "Somebody is to take care of a bad rating"
    RECOVERY_CLOSED = "recovery_closed", "Somebody said what came of it"
    CALLBACK_PLANNED = "callback_planned", "A call was promised"
    CALLBACK_MADE = "callback_made", "Somebody called back"
    CALLBACK_MISSED = "callback_missed", "Nobody called within the window"
    VOIDED = "voided", "An earlier fact was taken back"


class FactQuerySet(QuerySet["Fact"]):
    def standing(self) -> FactQuerySet:
        """All but what was taken back."""
        voiding = Fact.objects.filter(voids=OuterRef("pk"))
        return self.filter(~Exists(voiding), voids__isnull=True)


class Fact(models.Model):
    """One thing that happened; the module says what the columns mean."""

    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ticket = models.ForeignKey(
        Ticket,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="sla_facts",
    )
    event_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    voids = models.BigIntegerField(null=True, blank=True)

    metric = models.CharField(max_length=16, blank=True, default="")
    wall_seconds = models.FloatField(null=True, blank=True)
    business_seconds = models.FloatField(null=True, blank=True)
    counted_seconds = models.FloatField(null=True, blank=True)
    target_seconds = models.PositiveIntegerField(null=True, blank=True)
    is_kept = models.BooleanField(null=True, blank=True)
    policy_id = models.BigIntegerField(null=True, blank=True)
    policy_version = models.PositiveIntegerField(null=True, blank=True)
    hours_id = models.BigIntegerField(null=True, blank=True)
    hours_version = models.PositiveIntegerField(null=True, blank=True)

    team_id = models.BigIntegerField(null=True, blank=True)
    agent_id = models.BigIntegerField(null=True, blank=True)
    inbox_id = models.BigIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=24, blank=True, default="")
    priority = models.CharField(max_length=8, blank=True, default="")
    organization_id = models.BigIntegerField(null=True, blank=True)
    contact_id = models.BigIntegerField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    actor_kind = models.CharField(max_length=8, blank=True, default="")
    actor_id = models.BigIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("kind", "at", name="fact_kind_at"),
            models.Index("ticket", "at", name="fact_ticket"),
            models.Index("message_id", name="fact_message", condition=Q(message_id__isnull=False)),
            models.Index("voids", name="fact_voids", condition=Q(voids__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on ticket {self.ticket_id}" if self.ticket_id else self.kind
