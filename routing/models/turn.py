"""Whose turn it is in a team: the agent with the lowest number was given a ticket the longest time ago."""

from __future__ import annotations

from django.db import models

from people.models import Agent, Team


class Turn(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="turns", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="turns")
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "agent"], name="turn_unique")]

    def __str__(self) -> str:
        return f"turn {self.number} of {self.agent_id} in {self.team_id}"
