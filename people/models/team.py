"""A team of agents, and how it hands out its tickets."""

from __future__ import annotations

from django.db import models

from people.models.agent import Agent


class TeamStrategy(models.TextChoices):
    MANUAL = "manual", "By hand"
    ROUND_ROBIN = "round_robin", "Round robin"
    LEAST_LOADED = "least_loaded", "Least loaded"


class Team(models.Model):
    name = models.CharField(max_length=80, unique=True)
    lead = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)
    # Tickets of a private team are seen by its members only (and by managers and admins).
    is_private = models.BooleanField(default=False)
    strategy = models.CharField(max_length=12, choices=TeamStrategy.choices, default=TeamStrategy.MANUAL)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name
