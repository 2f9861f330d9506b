"""Questions that nobody answered are kept for a while only; what customers said stays as long as its ticket."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Q

from core.clock import now
from csat.models import Survey, SurveyRequest
from csat.models.request import IS_UNANSWERED

BATCH = 1000
MOST_BATCHES = 200


def drop_old() -> int:
    """Drop what was asked in vain, or not asked at all, long ago; returns how many. Reports stand on facts."""
    # When somebody was asked last says whether they may be asked again.
    quiet_days = Survey.objects.aggregate(most=Max("quiet_days"))["most"] or 0
    old = now() - timedelta(days=max(settings.KEEP_SURVEYS_DAYS, quiet_days))
    dropped = 0
    # Nobody can answer while we look.
    is_over = Q(expires_at=None) | Q(expires_at__lt=now())
    for _ in range(MOST_BATCHES):
        found = SurveyRequest.objects.filter(is_over, IS_UNANSWERED, created_at__lt=old).order_by("created_at")
        ids = list(found.values_list("pk", flat=True)[:BATCH])
        dropped += SurveyRequest.objects.filter(pk__in=ids).delete()[0] if ids else 0
        if len(ids) < BATCH:
            break
    return dropped
