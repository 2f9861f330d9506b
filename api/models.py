"""Remembered answers of writes: the same Idempotency-Key gets the same answer for a day."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from people.models import Agent


class RememberedAnswer(models.Model):
    """Written in the same transaction as the effect; `request_hash` tells a repeat from a different request."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], name="rememberedanswer_unique")]

    def __str__(self) -> str:
        return self.key
