"""Reusable words and filters: tags, canned responses, views."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from people.models import Agent, Team


class Tag(models.Model):
    """The known tags; a ticket stores names, so its row needs no join."""

    name = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CannedResponse(models.Model):
    """Reusable text. `owner` empty means that everybody may use it."""

    title = models.CharField(max_length=120)
    shortcut = models.CharField(max_length=40, blank=True, default="")
    text = models.TextField()
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="canned_responses")
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("title", "id")

    def __str__(self) -> str:
        return self.title


class View(models.Model):
    """A saved filter. `filters` uses the keys of tickets/selectors/filters.py; `owner` empty means shared."""

    name = models.CharField(max_length=80)
    filters = models.JSONField(default=dict)
    sort = models.CharField(max_length=16, default="recent")
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="views")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="views")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "name", "id")

    def __str__(self) -> str:
        return self.name
