"""The request behind a customer's link, and what a ticket's page shows of surveys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from csat.link_tokens import hash_of
from csat.models import Rating, Recovery, SurveyRequest
from tickets.models import Ticket
from tickets.selectors.automatic_replies import has_written


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The newest rating, the newest request without one, and the recovery of the rating."""

    request: SurveyRequest | None
    rating: Rating | None
    recovery: Recovery | None


def request_for(token: str) -> SurveyRequest | None:
    """Whoever holds the link; nobody can guess it, and it opens nothing else."""
    if not token or len(token) > 60:
        return None
    found = SurveyRequest.objects.select_related("survey", "ticket__inbox").filter(token_hash=hash_of(token))
    return found.first()


def newest_question(ticket: Ticket) -> SurveyRequest | None:
    """What the customer of this ticket was asked last, answered or not. Without a message: in the chat itself."""
    found = SurveyRequest.objects.filter(ticket=ticket, asked_at__isnull=False).exclude(state="cancelled")
    return found.select_related("survey").order_by("-id").first()


def unanswered_in_chat() -> Q:
    """Asked in the chat when it ended, and for the time being only there."""
    return Q(state="asked", asked_at__isnull=False, message_id=None)


def rated_since_they_wrote(ticket: Ticket) -> bool:
    """The customer has rated, and has said nothing since that could be rated anew."""
    rated = SurveyRequest.objects.filter(ticket=ticket, state="answered", message_id=None)
    asked_at = rated.order_by("-id").values_list("asked_at", flat=True).first()
    return asked_at is not None and not has_written(ticket, since=asked_at)


def rating_of(request: SurveyRequest) -> Rating | None:
    return Rating.objects.filter(request=request).first()


def satisfaction_of(ticket: Ticket) -> Satisfaction:
    """Two small reads by index."""
    request = SurveyRequest.objects.filter(ticket=ticket).exclude(state="new").order_by("-id").first()
    found = Rating.objects.filter(ticket=ticket, is_latest=True).select_related("recovery__owner").first()
    return Satisfaction(request, found, getattr(found, "recovery", None) if found else None)


def ratings_by_id(ids: Iterable[int]) -> dict[int, Rating]:
    return Rating.objects.in_bulk(set(ids))
