"""A ticket: the unit of work. One denormalised row feeds every list; its indexes are made with the queries."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now, Upper
from django.utils import timezone

from core.clock import NEVER
from people.models import Agent, Contact, Organization, Team
from tickets.models.inbox import Inbox


class Status(models.TextChoices):
    OPEN = "open", "Open"
    PENDING = "pending", "Pending"
    ON_HOLD = "on_hold", "On hold"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"
    SPAM = "spam", "Spam"


OPEN_STATUSES = (Status.OPEN, Status.PENDING, Status.ON_HOLD)
# Written with plain text so that migrations and query plans match it word for word.
IS_OPEN = Q(status__in=["open", "pending", "on_hold"])
HAS_FIELDS = ~Q(fields={})
IS_AWAKE = IS_OPEN & Q(snoozed_until__isnull=True)


class Priority(models.TextChoices):
    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class Link(models.TextChoices):
    """What the older ticket in `follows` is to this one."""

    FOLLOW_UP = "follow_up", "Follow-up of"
    MAYBE = "maybe", "Possibly belongs to"
    COPY = "copy", "The same mail as"
    SPLIT = "split", "Split off"


class Ticket(models.Model):
    """Times are UTC. `last_seq` is the ticket's newest event; only services raise it, under the row's lock."""

    number = models.BigIntegerField(
        unique=True, db_default=Func(Value("tickets_ticket_number"), function="nextval"), editable=False
    )
    subject = models.CharField(max_length=500, blank=True, default="")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    channel = models.CharField(max_length=24)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets", db_index=False
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets", db_index=False
    )
    assignee = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets", db_index=False
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # Values of custom fields by their key; what is not set is not there.
    fields = models.JSONField(default=dict, db_default={}, blank=True)

    last_seq = models.PositiveIntegerField(default=0)
    # The first words of the newest message and who wrote it ("in", "out" or "note"): what a list row shows.
    snippet = models.CharField(max_length=200, blank=True, default="")
    snippet_from = models.CharField(max_length=4, blank=True, default="")
    message_count = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    last_message_at = models.DateTimeField(default=timezone.now)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    # The newest public message's seq: a reply that has not seen it gets a conflict.
    last_public_seq = models.PositiveIntegerField(default=0)
    # When the customer began to wait for us; empty while we wait for them.
    waiting_since = models.DateTimeField(null=True, blank=True)
    first_replied_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # Since when the status and the assignee are what they are; a database trigger keeps both.
    status_since = models.DateTimeField(default=timezone.now, db_default=Now())
    assignee_since = models.DateTimeField(default=timezone.now, db_default=Now())

    # Marks kept by the SLA clocks: the next due moment, of which metric, whether a target has been missed, and why the
    # last step of its escalation was taken.
    sla_due_at = models.DateTimeField(default=NEVER)
    sla_metric = models.CharField(max_length=16, blank=True, default="")
    sla_breached = models.BooleanField(default=False)
    sla_why = models.CharField(max_length=200, blank=True, default="", db_default="")

    # Linked to an older ticket: a follow-up after closing, or a stranger who quoted its thread.
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="followed_by", db_index=False
    )
    follows_why = models.CharField(max_length=9, choices=Link.choices, blank=True, default="", db_default="")
    # All its messages went there; whoever answers an old mail of this ticket is heard there.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_from", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(F("last_message_at").desc(), F("id").desc(), name="ticket_recent"),
            models.Index(F("last_message_at").desc(), F("id").desc(), name="ticket_awake_recent", condition=IS_AWAKE),
            models.Index("sla_due_at", "id", name="ticket_awake_due", condition=IS_AWAKE),
            models.Index(
                "assignee",
                F("last_message_at").desc(),
                F("id").desc(),
                name="ticket_mine_recent",
                condition=IS_AWAKE,
            ),
            models.Index("assignee", "sla_due_at", "id", name="ticket_mine_due", condition=IS_AWAKE),
            models.Index(
                "team",
                F("last_message_at").desc(),
                F("id").desc(),
                name="ticket_team_recent",
                condition=IS_AWAKE,
            ),
            models.Index("team", "sla_due_at", "id", name="ticket_team_due", condition=IS_AWAKE),
            models.Index(
                F("last_message_at").desc(),
                F("id").desc(),
                name="ticket_unassigned_recent",
                condition=IS_AWAKE & Q(assignee__isnull=True),
            ),
            models.Index(
                "sla_due_at",
                "id",
                name="ticket_unassigned_due",
                condition=IS_AWAKE & Q(assignee__isnull=True),
            ),
            models.Index("inbox", F("last_message_at").desc(), F("id").desc(), name="ticket_inbox_recent"),
            models.Index("contact", F("last_message_at").desc(), F("id").desc(), name="ticket_contact_recent"),
            models.Index(
                fields=["organization", "id"], name="ticket_organization", condition=Q(organization__isnull=False)
            ),
            models.Index("snoozed_until", "id", name="ticket_snoozed", condition=Q(snoozed_until__isnull=False)),
            models.Index(
                F("last_message_at").desc(),
                F("id").desc(),
                name="ticket_done_recent",
                condition=Q(status__in=["resolved", "closed"]),
            ),
            models.Index("resolved_at", name="ticket_resolved_at", condition=Q(status="resolved")),
            models.Index("created_at", "id", name="ticket_created"),
            models.Index("follows", name="ticket_follows", condition=Q(follows__isnull=False)),
            models.Index("merged_into", name="ticket_merged_into", condition=Q(merged_into__isnull=False)),
            models.Index(
                F("last_message_at").desc(), F("id").desc(), name="ticket_spam_recent", condition=Q(status="spam")
            ),
            models.Index("assignee", F("last_message_at").desc(), F("id").desc(), name="ticket_assignee_recent"),
            GinIndex(name="ticket_tags", fields=["tags"]),
            # Most tickets have none; conditions name the same predicate so that the index serves them.
            GinIndex(name="ticket_fields", fields=["fields"], condition=HAS_FIELDS),
            # Upper case, since that is what icontains compares.
            GinIndex(OpClass(Upper("subject"), name="gin_trgm_ops"), name="ticket_subject_trgm"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


class TicketCount(models.Model):
    """Deltas of ticket counts per (inbox, team, assignee, status, snoozed). A database trigger on tickets writes
    them, so no writer can forget; sums are read, and a beat squashes the rows."""

    inbox_id = models.BigIntegerField()
    team_id = models.BigIntegerField(null=True)
    assignee_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10)
    is_snoozed = models.BooleanField(default=False)
    n = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["status", "inbox_id"], name="ticketcount_status")]

    def __str__(self) -> str:
        return f"{self.status}: {self.n}"


class TicketChoice(models.Model):
    """A value that a ticket has in a custom field ("true" and "false" of a flag, "" where there is none): the same as
    in its `fields`, kept by a database trigger where an index can tell the tickets without looking at each."""

    ticket = models.ForeignKey(Ticket, on_delete=models.DO_NOTHING, db_constraint=False, related_name="choices")
    key = models.CharField(max_length=40)
    value = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "value", "ticket"], name="ticketchoice_once")]

    def __str__(self) -> str:
        return f"{self.key} of ticket {self.ticket_id}: {self.value}"


class Follower(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="followers")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="follows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "agent"], name="follower_unique")]

    def __str__(self) -> str:
        return f"{self.agent_id} follows {self.ticket_id}"
