"""Asks for ratings: a request waits its time, is looked at once more, and leaves as an automatic message."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from core.batches import stop_if_out_of_time
from core.clock import now
from core.db import lock, run
from core.errors import HelpdeskError, Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, Actor, CsatAsked
from core.ids import new_token
from csat.hours import after_open_minutes
from csat.link_tokens import hash_of
from csat.models import RequestState, Survey, SurveyRequest
from csat.models.request import IS_UNSENT
from csat.selectors.asked import rated_since_they_wrote, unanswered_in_chat
from csat.selectors.eligibility import survey_for, why_not
from csat.words import named, question_in, spoken, words_in
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import Ticket
from tickets.selectors.automatic_replies import may_answer_automatically
from tickets.selectors.outgoing import all_left_by
from tickets.selectors.reach import reach
from tickets.services import journal, messages

logger = logging.getLogger(__name__)

BATCH = 50
# How long the desk's budget of automatic mail may hold a question up; later it would be about something forgotten.
PATIENCE = timedelta(days=1)
PAUSE = timedelta(minutes=20)
AFTER_FAILURE = timedelta(minutes=5)
WRITES_ENOUGH = "A machine wrote here, or the desk has written enough by itself."


def ask(ticket: Ticket, *, survey: Survey | None, actor: Actor) -> None:
    """Ask about this ticket now, or after a reply that can still be undone, whatever its status; asking twice while
    the first one waits is asking once."""
    if agent := acting_agent(actor):
        require(agent, "reply")
    with unit_of_work():
        fresh = journal.locked(ticket)
        journal.refuse_merged(fresh)
        chosen = survey if survey and survey.is_active else survey_for(fresh)
        if chosen is None:
            raise Invalid("No survey fits this ticket.", fields={"survey": "Switch a survey on first."})
        # A reply that can still be undone leaves first; undone, it calls this off (csat/subscribers.py).
        at = all_left_by(fresh, now())
        shown = SurveyRequest.objects.filter(ticket=fresh, state=RequestState.WAITING, asked_at__isnull=False)
        if shown.update(is_by_hand=True, due_at=at):
            return
        request = request_about(fresh, survey=chosen, state=RequestState.WAITING, is_by_hand=True, due_at=at)
        SurveyRequest.objects.bulk_create([request], ignore_conflicts=True)


def request_about(ticket: Ticket, **values: Any) -> SurveyRequest:
    """Unsaved, with whose the ticket is at this moment: that is whom the rating will be about."""
    return SurveyRequest(
        ticket=ticket, resolved_at=ticket.resolved_at, team_id=ticket.team_id, agent_id=ticket.assignee_id,
        inbox_id=ticket.inbox_id, channel=ticket.channel, priority=ticket.priority,
        organization_id=ticket.organization_id, contact_id=ticket.contact_id, tags=ticket.tags, **values,
    )  # fmt: skip


def ask_due(at: datetime | None = None) -> int:
    """What has become due, one batch; returns how many were looked at."""
    at = at or now()
    due = SurveyRequest.objects.filter(IS_UNSENT, due_at__lte=at).order_by("due_at", "id")
    found = list(due.values_list("pk", "ticket_id")[:BATCH])
    for request_id, ticket_id in found:
        try:
            _look_at(request_id, ticket_id, at)
        except Exception as error:
            logger.exception("A survey could not be sent; it will be tried again", extra={"request_id": request_id})
            SurveyRequest.objects.filter(pk=request_id).update(due_at=at + AFTER_FAILURE)
            stop_if_out_of_time(error)
    return len(found)


def _look_at(request_id: int, ticket_id: int, at: datetime) -> None:
    """The ticket's lock first, as whoever changes its status takes them; then the contact's, for the quiet days."""
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        waiting = SurveyRequest.objects.select_for_update(of=("self",)).select_related("survey")
        request = waiting.filter(IS_UNSENT, pk=request_id, due_at__lte=at).first()
        if request is None:
            return
        if request.state == RequestState.NEW and not _is_taken_up(request, ticket, at):
            return
        run([lock("csat", ticket.contact_id)])
        _send_or_settle(request, ticket, at)


def _is_taken_up(request: SurveyRequest, ticket: Ticket, at: datetime) -> bool:
    """Find the survey that fits; False when there is none, its time has not come, or the chat has asked already."""
    survey = survey_for(ticket)
    if survey is None or rated_since_they_wrote(ticket):
        request.delete()
        return False
    if _is_taken_over(request, ticket):
        return False
    request.survey = survey
    request.state = RequestState.WAITING
    request.due_at = due_of(request, survey)
    request.save(update_fields=["survey", "state", "due_at"])
    return request.due_at <= at


def _is_taken_over(request: SurveyRequest, ticket: Ticket) -> bool:
    """One question is enough: what was put to the visitor in the chat, and is not answered, sends its message now."""
    rows = SurveyRequest.objects.select_for_update(of=("self",)).select_related("survey").filter(ticket=ticket)
    shown = rows.filter(unanswered_in_chat()).order_by("-id").first()
    if shown is None or shown.survey is None:
        return False
    shown.state, shown.resolved_at = RequestState.WAITING, request.resolved_at or request.created_at
    shown.due_at = due_of(shown, shown.survey)
    # A ticket has one unsent request at a time.
    request.delete()
    shown.save(update_fields=["state", "resolved_at", "due_at"])
    return True


def due_of(request: SurveyRequest, survey: Survey, *, since: datetime | None = None) -> datetime:
    """When its message is due: so long after the ticket was resolved."""
    start = since or request.resolved_at or request.created_at
    if survey.counts_open_time:
        return after_open_minutes(request.team_id, request.inbox_id, start, survey.delay_minutes)
    return start + timedelta(minutes=survey.delay_minutes)


def _send_or_settle(request: SurveyRequest, ticket: Ticket, at: datetime) -> None:
    survey = request.survey
    if request.asked_at and not request.is_by_hand and ticket.is_open:
        # The chat is over, the ticket is not: it has been asked there, and a letter about it comes when it is done.
        request.state = RequestState.ASKED
        request.save(update_fields=["state"])
        return
    problem = why_not(request, ticket, at) if survey else "The survey was deleted."
    if problem or survey is None:
        _cancel(request, problem)
    elif not may_answer_automatically(ticket):
        _postpone(request, at)
    else:
        try:
            _send(request, survey, ticket, at)
        except NotAllowed:
            _postpone(request, at)
        except HelpdeskError as refused:
            _cancel(request, refused.message)


def _send(request: SurveyRequest, survey: Survey, ticket: Ticket, at: datetime) -> None:
    token = new_token()
    request.language = spoken(ticket.contact.language)
    text = text_of(survey, language=request.language, link=link_of(token), has_choices=_has_choices(ticket))
    message = messages.reply(
        ticket, text=text, is_automatic=True, idempotency_key=f"csat:{request.pk}", actor=SYSTEM
    )  # fmt: skip
    request.state, request.token_hash, request.message_id = RequestState.ASKED, hash_of(token), message.pk
    is_asked_before = request.asked_at is not None
    request.asked_at, request.expires_at = request.asked_at or at, at + timedelta(days=survey.open_days)
    request.save()
    if is_asked_before:
        return
    asked = CsatAsked(request_id=request.pk, survey=survey.name)
    journal.record(journal.locked(ticket), asked, actor=SYSTEM)


def _has_choices(ticket: Ticket) -> bool:
    """Five links are for mail; in a chat they would be a wall."""
    return reach(ticket).capabilities.html


def link_of(token: str) -> str:
    return f"{settings.SITE_URL}{reverse('portal:rate', args=[token])}"


def text_of(survey: Survey, *, language: str, link: str, has_choices: bool) -> str:
    """A mail offers the five answers as links, which only open the page: programs that follow links rate nothing."""
    words, question = words_in(language), question_in(survey.questions, language)
    if not has_choices:
        return f"{words.link}\n\n{question}\n{link}"
    choices = [f"{named(survey.scale, n, language)}: {link}?score={n}" for n in (5, 4, 3, 2, 1)]
    return "\n\n".join([question, words.request, "\n".join(choices)])


def _postpone(request: SurveyRequest, at: datetime) -> None:
    request.wanted_at = request.wanted_at or at
    if at - request.wanted_at >= PATIENCE:
        _cancel(request, WRITES_ENOUGH)
        return
    request.due_at = at + PAUSE
    request.save(update_fields=["wanted_at", "due_at"])


def _cancel(request: SurveyRequest, reason: str) -> None:
    request.state = RequestState.ASKED if request.asked_at else RequestState.CANCELLED
    request.reason = reason[:200]
    request.save(update_fields=["state", "reason"])
