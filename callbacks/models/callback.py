"""A promise to call somebody within a window of time. A new time is a new promise: this one is then `moved`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.models import Agent, Contact, Identity, Team
from tickets.models import Ticket


class CallbackState(models.TextChoices):
    PLANNED = "planned", "Planned"
    CALLED = "called", "Called"
    NO_ANSWER = "no_answer", "Called, no answer"
    MISSED = "missed", "Missed"
    MOVED = "moved", "Moved"
    CANCELLED = "cancelled", "Called off"


class AskedBy(models.TextChoices):
    AGENT = "agent", "An agent offered it"
    CONTACT = "contact", "The customer asked for it"


# Somebody still has to call; a missed one is late, not done.
TO_DO = (CallbackState.PLANNED, CallbackState.MISSED)
# Somebody called, whether anybody answered or not.
CALLED = (CallbackState.CALLED, CallbackState.NO_ANSWER)


class Callback(models.Model):
    """`before` and `settled_event_id` are what undoing the last word needs: the state before it, and its event."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="callbacks", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="callbacks")
    # As international numbers are written, +4930123456; empty once it was removed with a message of the ticket.
    phone = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    asked_by = models.CharField(max_length=8, choices=AskedBy.choices, default=AskedBy.AGENT)
    # Who booked it themselves; they may look at it, move it and call it off. Empty for what agents and programs plan.
    identity = models.ForeignKey(
        Identity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Nobody at the desk knew them when they booked it: such calls share a part of the team's time.
    is_by_stranger = models.BooleanField(default=False, db_default=False)
    assignee = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="callbacks")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="callbacks")
    note = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=9, choices=CallbackState.choices, default=CallbackState.PLANNED)
    moved_from = models.OneToOneField("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="moved_to")

    created_at = models.DateTimeField(default=timezone.now)
    near_told_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True, default="")
    settled_event_id = models.BigIntegerField(null=True, blank=True)
    before = models.CharField(max_length=9, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="callback_window"),
        ]
        indexes = [
            models.Index(fields=["ticket", "starts_at"], name="callback_ticket"),
            models.Index(fields=["identity"], name="callback_booked", condition=Q(identity__isnull=False)),
            models.Index(fields=["ends_at", "id"], name="callback_due", condition=Q(state="planned")),
            models.Index(
                fields=["starts_at", "id"],
                name="callback_near",
                condition=Q(state="planned", near_told_at__isnull=True),
            ),
            models.Index(
                fields=["starts_at", "id"], name="callback_to_do", condition=Q(state__in=["planned", "missed"])
            ),
        ]

    def __str__(self) -> str:
        return f"callback {self.pk} on ticket {self.ticket_id}: {self.state}"

    @property
    def is_to_do(self) -> bool:
        return self.state in TO_DO
