"""A custom field: what a desk wants to know about its tickets beyond what every desk does."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class FieldKind(models.TextChoices):
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    FLAG = "flag", "Yes or no"
    CHOICE = "choice", "One of a list"
    CHOICES = "choices", "Several of a list"


class CustomField(models.Model):
    """A ticket keeps its values under `key` in `Ticket.fields`, typed: text, number, ISO date, true, or a list."""

    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=FieldKind.choices)
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    help = models.CharField(max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=100)
    # Switched off, it is no longer asked for; what tickets hold stays.
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "label", "id")

    def __str__(self) -> str:
        return self.label
