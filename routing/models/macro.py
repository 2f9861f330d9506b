"""A macro: a list of actions that an agent runs on a ticket with one click."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from people.models import Agent, Team


class Macro(models.Model):
    """`owner` empty and `team` empty means that everybody may run it."""

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    actions = models.JSONField(default=list)
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="macros")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="macros")
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "name", "id")

    def __str__(self) -> str:
        return self.name
