"""A survey: what customers are asked after a ticket, which of them, when, and what an unhappy answer starts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from people.models import Agent, Team
from tickets.models import Inbox


class Scale(models.TextChoices):
    FACES = "faces", "Five faces"
    STARS = "stars", "Five stars"


class Survey(models.Model):
    """No inboxes means all of them; the first survey by position that fits a ticket is sent."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=50)
    is_active = models.BooleanField(default=True)
    inboxes = models.ManyToManyField(Inbox, related_name="surveys", blank=True)
    # Which tickets, in the language that rules and views share.
    conditions = models.JSONField(default=dict, blank=True)
    # {"en": "How did we do?"}; a language without a question gets the built-in one.
    questions = models.JSONField(default=dict, blank=True)
    scale = models.CharField(max_length=5, choices=Scale.choices, default=Scale.FACES)

    delay_minutes = models.PositiveIntegerField(default=60)
    counts_open_time = models.BooleanField(default=False)
    # Nobody is asked again within so many days, whatever the ticket or the survey.
    quiet_days = models.PositiveSmallIntegerField(default=30)
    open_days = models.PositiveSmallIntegerField(default=14)

    # A rating of so much or less starts a recovery; 0 means never.
    recovery_score = models.PositiveSmallIntegerField(default=2)
    recovery_minutes = models.PositiveIntegerField(default=120)
    recovery_agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recovery_team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name
