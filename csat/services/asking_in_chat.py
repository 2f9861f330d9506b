"""Asks at once, in a chat that has just ended, while its visitor is still there; a message follows only to those who
have not answered by the time that the survey says. It stays one request: asked once, counted once."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import now
from core.db import lock, run
from core.events.catalogue import SYSTEM, CsatAsked
from csat.models import RequestState, Survey, SurveyRequest
from csat.models.request import IS_UNSENT
from csat.selectors.asked import unanswered_in_chat
from csat.selectors.eligibility import survey_for, why_not_here
from csat.services.asking import due_of, request_about
from csat.words import spoken
from tickets.models import Ticket
from tickets.services import journal


def ask_in_chat(ticket: Ticket) -> None:
    """`ticket` must be locked. Silent where no survey fits, or where this customer is not to be asked."""
    at = now()
    request = _known(ticket)
    if request is not None and request.asked_at is not None:
        # They did not answer the last time: the same question, and its message waits anew.
        _show(request, request.survey, at)
        return
    survey = (request.survey if request else None) or survey_for(ticket)
    if survey is None:
        return
    run([lock("csat", ticket.contact_id)])
    request = request or request_about(ticket, created_at=at)
    request.survey = survey
    if why_not_here(request, ticket, at):
        return
    request.language = spoken(ticket.contact.language)
    request.asked_at = at
    _show(request, survey, at)
    journal.record(journal.locked(ticket), CsatAsked(request_id=request.pk, survey=survey.name), actor=SYSTEM)


def _known(ticket: Ticket) -> SurveyRequest | None:
    rows = SurveyRequest.objects.select_for_update(of=("self",)).select_related("survey").filter(ticket=ticket)
    return rows.filter(IS_UNSENT).first() or rows.filter(unanswered_in_chat()).order_by("-id").first()


def _show(request: SurveyRequest, survey: Survey | None, at: datetime) -> None:
    """A survey that was deleted meanwhile sends no message; what it has asked may be answered."""
    request.state = RequestState.WAITING if survey else RequestState.ASKED
    request.due_at = due_of(request, survey, since=at) if survey else at
    request.expires_at = at + timedelta(days=survey.open_days) if survey else request.expires_at
    request.save()
