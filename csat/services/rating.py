"""A customer rates: once per request, changeable for a day, attributed to whom the ticket belonged when resolved."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, RatingGiven
from csat.models import Rating, RequestState, SurveyRequest
from csat.models.rating import BEST, LONGEST_COMMENT, WORST
from csat.services.recovering import settle_recovery
from people.models import Agent, Contact
from people.policy import require
from tickets.inbound import storable
from tickets.models import Ticket
from tickets.services import journal

CHANGEABLE_FOR = timedelta(days=1)
MOST_CHANGES = 20


def rate(request: SurveyRequest, *, score: int, comment: str) -> Rating:
    """Raises Invalid at a field, or Conflict when it is too late. The same answer twice changes nothing."""
    if not WORST <= score <= BEST:
        raise Invalid("Choose one of the five.", fields={"score": "Choose one of the five."})
    words = storable(comment).strip()[:LONGEST_COMMENT]
    with unit_of_work():
        ticket = journal.locked(request.ticket_id)
        fresh = SurveyRequest.objects.select_for_update(of=("self",)).select_related("survey").get(pk=request.pk)
        at = now()
        known = Rating.objects.filter(request=fresh).first()
        _require_open(fresh, known, at)
        if known and (known.score, known.comment) == (score, words):
            return known
        before = known.score if known else None
        rating = _changed(known, score, words, at) if known else _first(fresh, score, words, at)
        SurveyRequest.objects.filter(pk=fresh.pk).update(state=RequestState.ANSWERED)
        event = RatingGiven(
            request_id=fresh.pk, rating_id=rating.pk, score=score, before=before, has_comment=bool(words)
        )
        journal.record(ticket, event, actor=_actor(fresh))
        settle_recovery(rating, fresh, ticket, at=at)
    return rating


def remove_comments(ticket: Ticket, *, by: Agent) -> None:
    """What the customer wrote with the ratings of this ticket goes for good, former words too; the scores stay."""
    require(by, "manage_desk")
    with unit_of_work():
        journal.locked(ticket)
        rows = Rating.objects.select_for_update(of=("self",)).filter(ticket=ticket)
        said = [row for row in rows if row.comment or any(former["comment"] for former in row.history)]
        if not said:
            raise Conflict("There is no comment (any more).")
        for row in said:
            row.comment, row.history = "", [{**former, "comment": ""} for former in row.history]
            row.save(update_fields=["comment", "history"])


def is_open(request: SurveyRequest, rating: Rating | None, at: datetime) -> bool:
    """A first answer until the request expires, a change for a day after it."""
    if rating is not None:
        return at < rating.rated_at + CHANGEABLE_FOR and len(rating.history) < MOST_CHANGES
    return request.expires_at is not None and at < request.expires_at


def _require_open(request: SurveyRequest, rating: Rating | None, at: datetime) -> None:
    if not request.is_asked or not is_open(request, rating, at):
        raise Conflict("This question has been closed.", word="rating_closed")


def _first(request: SurveyRequest, score: int, comment: str, at: datetime) -> Rating:
    Rating.objects.filter(ticket_id=request.ticket_id, is_latest=True).update(is_latest=False)
    return Rating.objects.create(
        request=request, ticket_id=request.ticket_id, score=score, comment=comment, channel=request.channel, rated_at=at
    )


def _changed(rating: Rating, score: int, comment: str, at: datetime) -> Rating:
    said = {"score": rating.score, "comment": rating.comment, "at": (rating.changed_at or rating.rated_at).isoformat()}
    rating.history = [*rating.history, said]
    rating.score, rating.comment, rating.changed_at = score, comment, at
    rating.save(update_fields=["history", "score", "comment", "changed_at"])
    return rating


def _actor(request: SurveyRequest) -> Actor:
    contact = Contact.objects.filter(pk=request.contact_id or 0).first()
    return Actor(kind="contact", id=request.contact_id, name=str(contact) if contact else "The customer")
