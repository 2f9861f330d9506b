"""A chat from the visitor's first words until a person answers, or the visitor has left."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tickets.models import Ticket


class ChatEnd(models.TextChoices):
    ANSWERED = "answered", "Answered"
    ABANDONED = "abandoned", "The visitor left"
    LEFT_WORD = "left_word", "A message was left while nobody was there"
    CLOSED = "closed", "The ticket was closed without an answer"
    CALL = "call", "The visitor booked a call instead"


class ChatWait(models.Model):
    """Open until `ended_at`. A ticket has a new one when it opens, reopens, or its last chat was over."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="chat_waits", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=9, choices=ChatEnd.choices, blank=True, default="", db_default="")
    # When the chat itself was over, answered or not.
    over_at = models.DateTimeField(null=True)
    # The words with which it began, and the answer that ended it.
    message_id = models.BigIntegerField()
    answer_id = models.BigIntegerField(null=True)
    # When the visitor was told that nobody is free, and to expect the answer later: it rings no more.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket"], condition=Q(ended_at=None), name="chatwait_open")]
        indexes = [
            models.Index(fields=["began_at"], name="chatwait_waiting", condition=Q(ended_at=None)),
            models.Index(F("ticket"), F("began_at").desc(), name="chatwait_of_ticket"),
            models.Index(fields=["told_at"], name="chatwait_told", condition=Q(told_at__isnull=False)),
            models.Index(fields=["answer_id"], name="chatwait_answer", condition=Q(answer_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}: {self.ended_by or 'waiting'}"
