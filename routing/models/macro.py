"""A macro: texts and actions that an agent puts into the draft with one choice."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from people.models import Agent, Team


class Macro(models.Model):
    """`owner` empty and `team` empty means that everybody may use it.

    `texts` is a list of {"language": "de", "channel": "email", "text": "..."}; an empty language or channel fits all.
    """

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    texts = models.JSONField(default=list, blank=True)
    actions = models.JSONField(default=list, blank=True)
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="macros")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="macros")
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    use_count = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "name", "id")

    def __str__(self) -> str:
        return self.name
