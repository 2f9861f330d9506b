"""What was handed to whom, until the agent begins: the ring of a chat, and what goes back when they leave."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from people.models import Agent, Team
from tickets.models import Ticket


class OfferEnd(models.TextChoices):
    BEGUN = "begun", "Begun"
    MISSED = "missed", "Rang out"
    LEFT = "left", "Handed back"
    MOVED = "moved", "Given to somebody else"


class Offer(models.Model):
    """Open until `ended_at`; a chat's rings until `ring_until`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="offers", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="offers", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="offers", db_index=False)
    made_at = models.DateTimeField()
    ring_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=6, choices=OfferEnd.choices, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket"], condition=Q(ended_at=None), name="offer_open")]
        indexes = [
            models.Index(
                fields=["ring_until"], name="offer_rings", condition=Q(ended_at=None, ring_until__isnull=False)
            ),
            models.Index(fields=["agent"], name="offer_open_of_agent", condition=Q(ended_at=None)),
            models.Index(fields=["ticket", "ended_by"], name="offer_of_ticket"),
            models.Index(F("team"), F("made_at").desc(), name="offer_of_team"),
            models.Index(F("agent"), F("made_at").desc(), name="offer_of_agent"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} to {self.agent_id}: {self.ended_by or 'open'}"


class Overflow(models.Model):
    """A ticket for which a team found nobody in time: it is passed on once, and never comes back by itself."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="overflows", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "team"], name="overflow_once")]

    def __str__(self) -> str:
        return f"#{self.ticket_id} from {self.team_id}"
