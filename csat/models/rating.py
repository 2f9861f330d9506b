"""A rating: what one customer answered to one request, with what they had said before they changed it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from csat.models.request import SurveyRequest
from tickets.models import Ticket

WORST, BEST = 1, 5
GOOD_FROM = 4
BAD_TO = 2
LONGEST_COMMENT = 2000


class Rating(models.Model):
    request = models.OneToOneField(SurveyRequest, on_delete=models.CASCADE, related_name="rating")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(WORST), MaxValueValidator(BEST)])
    comment = models.TextField(max_length=LONGEST_COMMENT, blank=True, default="")
    channel = models.CharField(max_length=24, blank=True, default="")
    rated_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True, blank=True)
    # [{"score", "comment", "at"}]: former answers, the oldest first.
    history = models.JSONField(default=list, blank=True)
    # The newest of its ticket: what conditions and lists look at.
    is_latest = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1) & Q(score__lte=5), name="rating_score_in_scale"),
            models.UniqueConstraint(fields=["ticket"], name="rating_one_latest", condition=Q(is_latest=True)),
        ]
        indexes = [
            models.Index(fields=["-rated_at", "-id"], name="rating_newest"),
            models.Index(fields=["ticket", "-rated_at"], name="rating_of_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of 5 for ticket {self.ticket_id}"

    @property
    def is_good(self) -> bool:
        return self.score >= GOOD_FROM

    @property
    def is_bad(self) -> bool:
        return self.score <= BAD_TO
