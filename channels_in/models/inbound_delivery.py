"""One thing that the outside world handed over: its raw bytes, and how far we are with it."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tickets.models import Inbox

EXTERNAL_ID_LENGTH = 250


class DeliveryState(models.TextChoices):
    NEW = "new", "Waiting"
    DONE = "done", "Done"
    IGNORED = "ignored", "Nothing to do"
    QUARANTINED = "quarantined", "Could not be read"
    SUSPENDED = "suspended", "Held back"
    DISCARDED = "discarded", "Discarded"


class HeldFor(models.TextChoices):
    """Why something that can be read well does not become a ticket until a person says so."""

    SPAM = "spam", "Spam"
    BLOCKED = "blocked", "Blocked sender"
    LOOP = "loop", "Mail loop"
    BURST = "burst", "Too much at once"


class InboundDelivery(models.Model):
    """Written and committed before the sender hears OK; (inbox, external_id) makes a second copy a no-op.

    The row is the queue: `due_at` says from when a worker may take it. Taking it moves `due_at` to the end of the
    lease, so a row whose worker died becomes due again by itself.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    external_id = models.CharField(max_length=EXTERNAL_ID_LENGTH)
    raw = models.BinaryField()
    headers = models.JSONField(default=dict, blank=True)
    # Deliveries of one lane (a chat) are handled one after the other, in the order of their arrival.
    lane = models.CharField(max_length=120, blank=True, default="")
    # Deliveries of one bundle (the pictures of an album) become one message.
    bundle = models.CharField(max_length=120, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    state = models.CharField(max_length=11, choices=DeliveryState.choices, default=DeliveryState.NEW)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")

    # What came of it: created, appended, duplicate, ignored, bounced ...; and where it is now.
    outcome = models.CharField(max_length=12, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    ticket_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    # While it is held back: why, and what people need to know to decide. `is_released`: a person let it in.
    held_for = models.CharField(max_length=8, choices=HeldFor.choices, blank=True, default="", db_default="")
    sender = models.CharField(max_length=320, blank=True, default="", db_default="")
    subject = models.CharField(max_length=200, blank=True, default="", db_default="")
    is_released = models.BooleanField(default=False, db_default=False)
    # The raw bytes of what never became a message are dropped after a while; those of messages stay with them.
    raw_dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "inbound deliveries"
        constraints = [models.UniqueConstraint(fields=["inbox", "external_id"], name="delivery_unique")]
        indexes = [
            models.Index("due_at", "id", name="delivery_due", condition=Q(state="new")),
            models.Index("inbox", "lane", "id", name="delivery_lane", condition=Q(state="new") & ~Q(lane="")),
            models.Index("inbox", "id", name="delivery_problem", condition=Q(state="quarantined")),
            models.Index("inbox", "id", name="delivery_suspended", condition=Q(state="suspended")),
            models.Index("sender", name="delivery_held_sender", condition=~Q(held_for="")),
            models.Index(
                "handled_at",
                name="delivery_raw_to_drop",
                condition=Q(raw_dropped_at__isnull=True)
                & (Q(state__in=["ignored", "discarded"]) | Q(outcome="duplicate")),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


def short_id(text: str, limit: int = EXTERNAL_ID_LENGTH) -> str:
    """Ids of any length and content fit the column and its index; long ones by their hash."""
    clean = text.replace("\x00", "\ufffd").encode(errors="replace").decode()
    if len(clean) <= limit:
        return clean
    return f"sha256:{hashlib.sha256(clean.encode()).hexdigest()}"
