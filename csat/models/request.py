"""A request: one customer is asked about one ticket, with what the ticket was when it was resolved."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from csat.models.survey import Survey
from tickets.models import Ticket


class RequestState(models.TextChoices):
    NEW = "new", "About to be considered"
    WAITING = "waiting", "Waits until it goes out"
    ASKED = "asked", "Asked"
    ANSWERED = "answered", "Answered"
    CANCELLED = "cancelled", "Not asked"


IS_UNSENT = Q(state__in=["new", "waiting"])
IS_UNANSWERED = Q(state__in=["asked", "cancelled"])


class SurveyRequest(models.Model):
    """The snapshot (team_id ... tags) says to whom an answer is attributed; it never changes, whoever has the ticket
    later. Ids, not foreign keys: a team that is deleted changes no figure."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="survey_requests", db_index=False)
    survey = models.ForeignKey(Survey, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests")
    state = models.CharField(max_length=9, choices=RequestState.choices, default=RequestState.NEW)
    # A rule or an agent asked; conditions and the ticket's status were theirs to judge.
    is_by_hand = models.BooleanField(default=False)
    # Of the secret in the link only this is kept beside the message itself.
    token_hash = models.CharField(max_length=64, blank=True, default="")
    language = models.CharField(max_length=16, blank=True, default="")

    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    # Since when it wants to go out; the desk's budget of automatic mail may hold it up for a while.
    wanted_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    resolved_at = models.DateTimeField(null=True, blank=True)
    team_id = models.BigIntegerField(null=True, blank=True)
    agent_id = models.BigIntegerField(null=True, blank=True)
    inbox_id = models.BigIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=24, blank=True, default="")
    priority = models.CharField(max_length=8, blank=True, default="")
    organization_id = models.BigIntegerField(null=True, blank=True)
    contact_id = models.BigIntegerField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="surveyrequest_one_unsent", condition=IS_UNSENT),
            models.UniqueConstraint(fields=["token_hash"], name="surveyrequest_token", condition=~Q(token_hash="")),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="surveyrequest_due", condition=IS_UNSENT),
            models.Index("ticket", "id", name="surveyrequest_ticket"),
            models.Index(fields=["created_at"], name="surveyrequest_unanswered", condition=IS_UNANSWERED),
            models.Index(
                F("contact_id"),
                F("asked_at").desc(),
                name="surveyrequest_contact",
                condition=Q(asked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} on ticket {self.ticket_id}"

    @property
    def is_asked(self) -> bool:
        """In a message, or in the chat before its message leaves."""
        is_waiting_asked = self.state == RequestState.WAITING and self.asked_at is not None
        return is_waiting_asked or self.state in (RequestState.ASKED, RequestState.ANSWERED)
