"""A message: one entry of a ticket's timeline. What was said never changes; only its delivery moves."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils import timezone

from people.models import Agent, Contact
from tickets.models.inbox import Inbox
from tickets.models.side import SideConversation
from tickets.models.ticket import Ticket


class MessageKind(models.TextChoices):
    REPLY = "reply", "Reply"
    NOTE = "note", "Internal note"
    SIDE = "side", "Side conversation"


class Direction(models.TextChoices):
    IN = "in", "Inbound"
    OUT = "out", "Outbound"


class Delivery(models.TextChoices):
    """queued -> sending -> sent -> delivered -> read; or retrying, uncertain, failed; or retracted before it left."""

    NONE = "none", "—"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    RETRYING = "retrying", "Trying again"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    READ = "read", "Read"
    UNCERTAIN = "uncertain", "Delivery uncertain"
    FAILED = "failed", "Not delivered"
    RETRACTED = "retracted", "Undone"


ATTEMPTABLE = (Delivery.QUEUED, Delivery.SENDING, Delivery.RETRYING)


class Message(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages", db_index=False)
    # The ticket's event that this message made; it also orders the timeline.
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=MessageKind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    channel = models.CharField(max_length=24)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+", db_index=False)
    author_agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author_contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Written by a rule or by the desk itself; such messages stop no SLA clock and carry Auto-Submitted.
    is_automatic = models.BooleanField(default=False)
    # Its sender must get no automatic answer: a list, a robot, or somebody whose system asks for silence.
    refuses_answers = models.BooleanField(default=False, db_default=False)
    subject = models.CharField(max_length=500, blank=True, default="")
    # What the author wrote now; `full_text` also holds the quotes and the signature when they differ.
    text = models.TextField(blank=True, default="")
    full_text = models.TextField(blank=True, default="")
    has_html = models.BooleanField(default=False)
    has_attachments = models.BooleanField(default=False)
    # {"from": {...}, "to": [{"name", "address"}], "cc": [...], "bcc": [...]} as the channel knows them.
    recipients = models.JSONField(default=dict, blank=True)
    # Facts shown on demand: why it was threaded here, sender authentication, problems of parsing.
    thread_reason = models.CharField(max_length=200, blank=True, default="")
    sender_auth = models.CharField(max_length=12, blank=True, default="")
    problems = models.JSONField(default=list, blank=True)
    # What its adapter read in it beside words and files: {"invitation": {...}, "protection": "signed"}.
    understood = models.JSONField(default=dict, blank=True, db_default={})
    # Which clue decided: token, thread, sent, reference, subject, agent, moved; "" when it opened its ticket.
    thread_via = models.CharField(max_length=12, blank=True, default="", db_default="")
    # The number of the ticket that it was moved here from.
    moved_from = models.BigIntegerField(null=True, blank=True)
    # Who vouched for the sender, in words: "DKIM signature of example.net".
    sender_proof = models.CharField(max_length=200, blank=True, default="", db_default="")
    # Set on the messages of a side conversation; they are never shown or sent to the customer.
    side = models.ForeignKey(
        SideConversation, null=True, blank=True, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    # The provider's id of this message, or our Message-ID without the angle brackets.
    external_id = models.CharField(max_length=998, blank=True, default="")
    edited_at = models.DateTimeField(null=True, blank=True)
    # From when on its content is gone for good.
    redacted_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    # The provider's own time; shown, never used for order.
    occurred_at = models.DateTimeField(null=True, blank=True)

    delivery = models.CharField(max_length=10, choices=Delivery.choices, default=Delivery.NONE)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)

    search = models.GeneratedField(
        expression=SearchVector(Left("text", 100_000), config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="message_ticket_seq")]
        indexes = [
            models.Index(
                "next_attempt_at",
                "id",
                name="message_outbox",
                condition=Q(delivery__in=["queued", "sending", "retrying"]),
            ),
            models.Index("inbox", "external_id", name="message_external", condition=~Q(external_id="")),
            models.Index(
                F("author_agent"),
                F("created_at").desc(),
                name="message_author",
                condition=Q(author_agent__isnull=False),
            ),
            models.Index("side", "id", name="message_side", condition=Q(side__isnull=False)),
            GinIndex("search", name="message_search", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.kind == MessageKind.REPLY


class MessageHtml(models.Model):
    """The sanitised HTML of a message, apart from the narrow rows that lists and pages read."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="html")
    html = models.TextField()
    has_remote_images = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"html of message {self.pk}"
