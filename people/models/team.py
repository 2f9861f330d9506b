"""A team of agents, and how it hands out its tickets."""

from __future__ import annotations

from django.db import models

from people.models.agent import Agent


class TeamStrategy(models.TextChoices):
    MANUAL = "manual", "By hand"
    ROUND_ROBIN = "round_robin", "Round robin"
    LEAST_LOADED = "least_loaded", "Least loaded"
    BALANCED = "balanced", "Balanced by capacity"
    SKILLED = "skilled", "Most skilled"


class Team(models.Model):
    name = models.CharField(max_length=80, unique=True)
    lead = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)
    # Tickets of a private team are seen by its members only (and by managers and admins).
    is_private = models.BooleanField(default=False)
    strategy = models.CharField(max_length=12, choices=TeamStrategy.choices, default=TeamStrategy.MANUAL)
    # Whoever helped the contact last is asked first, when they are there and have room.
    prefers_last_agent = models.BooleanField(default=False, db_default=False)
    # A chat that its agent leaves unanswered for so long goes on to the next one; 0 means never.
    ring_seconds = models.PositiveSmallIntegerField(default=45, db_default=45)
    # So long a visitor waits for a person in a chat, then they are told to expect a mail; 0 means as long as it takes.
    chat_wait_minutes = models.PositiveSmallIntegerField(default=3, db_default=3)
    # What an agent was handed, has not begun and left behind for so long is handed out again; empty means never.
    hand_back_minutes = models.PositiveSmallIntegerField(null=True, blank=True, default=5, db_default=5)
    # Tickets for which nobody was found for so long go to this team.
    overflow_team = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    overflow_minutes = models.PositiveSmallIntegerField(default=15, db_default=15)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name
