"""Calls to other systems: the addresses that are called, each with its own secret, who changed what, and every call."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.crypto import EncryptedJSONField
from people.models import Agent
from tickets.models import Ticket


class WebhookEndpoint(models.Model):
    """One address, whichever rules and macros call it. `secrets` holds "now", and "before" until `former_until`."""

    url = models.CharField(max_length=500, unique=True)
    secrets = EncryptedJSONField(default=dict, blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    secret_since = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    # Since the first failure after the last success.
    failing_since = models.DateTimeField(null=True, blank=True)
    off_reason = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("url",)

    def __str__(self) -> str:
        return self.url


class EndpointChange(models.Model):
    """Who did what to an address, and when; only added to. `by` is empty where the desk itself did it."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="changes", db_index=False)
    what = models.CharField(max_length=300)
    by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(F("endpoint"), F("id").desc(), name="endpointchange_of_endpoint")]

    def __str__(self) -> str:
        return f"{self.by_name or 'Helpdesk'}: {self.what}"


class CallState(models.TextChoices):
    QUEUED = "queued", "Queued"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class WebhookCall(models.Model):
    """A POST to another system about a ticket; `key` stays the same over all tries, so that a receiver can tell.

    `tries` is a list of {"at", "status", "problem", "answer", "ms"}, the newest last.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="webhook_calls")
    endpoint = models.ForeignKey(
        WebhookEndpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", db_index=False
    )
    url = models.CharField(max_length=500)
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=CallState.choices, default=CallState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    # A task was asked for; until then nobody asks for another one.
    handed_until = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, default="")
    tries = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], name="webhookcall_due", condition=Q(state="queued")),
            models.Index(F("endpoint"), F("id").desc(), name="webhookcall_of_endpoint"),
            models.Index(fields=["created_at"], name="webhookcall_age"),
        ]

    def __str__(self) -> str:
        return f"call to {self.url}"
