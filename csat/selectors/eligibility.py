"""Which survey a ticket gets, and why a customer is not asked after all."""

from __future__ import annotations

from datetime import datetime, timedelta

from csat.models import Survey, SurveyRequest
from tickets.conditions import Occasion, holds
from tickets.models import Status, Ticket
from tickets.selectors.automatic_replies import has_written
from tickets.selectors.reach import reach

_DONE = (Status.RESOLVED, Status.CLOSED)


def survey_for(ticket: Ticket) -> Survey | None:
    """The first active one by position whose inboxes and conditions fit."""
    occasion = Occasion(ticket)
    for survey in Survey.objects.filter(is_active=True).prefetch_related("inboxes"):
        inboxes = {inbox.pk for inbox in survey.inboxes.all()}
        if (not inboxes or ticket.inbox_id in inboxes) and holds(survey.conditions, occasion):
            return survey
    return None


def why_not(request: SurveyRequest, ticket: Ticket, at: datetime) -> str:
    """A sentence for people when this customer is not sent the question, else empty."""
    if not request.is_by_hand and not _is_unwanted(ticket) and ticket.status not in _DONE:
        return "The ticket was opened again before the question went out."
    return why_not_here(request, ticket, at) or reach(ticket).problem


def why_not_here(request: SurveyRequest, ticket: Ticket, at: datetime) -> str:
    """The same for a customer who is there to be asked, whatever the status of the ticket."""
    if _is_unwanted(ticket):
        return "Spam, or a blocked contact."
    # Who did not ask for anything is not asked how it was.
    if not has_written(ticket):
        return "The customer has not written on this ticket."
    if _was_asked_lately(request, ticket, at):
        return "The customer was asked a short while ago."
    return ""


def _is_unwanted(ticket: Ticket) -> bool:
    return ticket.status == Status.SPAM or ticket.contact.is_blocked


def _was_asked_lately(request: SurveyRequest, ticket: Ticket, at: datetime) -> bool:
    days = request.survey.quiet_days if request.survey else 0
    asked = SurveyRequest.objects.filter(contact_id=ticket.contact_id, asked_at__gt=at - timedelta(days=days))
    return bool(days) and asked.exclude(pk=request.pk).exists()
