"""Who is asked, when, and who is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from csat.models import RequestState, SurveyRequest
from csat.services import keeping
from csat.services.asking import PATIENCE, ask, ask_due
from csat.services.rating import rate
from csat.services.recovering import tell_overdue
from csat.services.surveys import SurveyDraft, save_survey
from people.models import Contact
from tests.csat.conftest import Desk, question_of, reopen, request_of, rule
from tests.desk import customer_writes
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import changes

pytestmark = pytest.mark.django_db


def state_of(ticket: Ticket) -> str:
    return SurveyRequest.objects.get(ticket=ticket).state


def test_customer_of_a_resolved_ticket_is_asked_once(desk: Desk) -> None:
    ticket, token = desk.asked()
    assert len(token) == 26
    request = SurveyRequest.objects.get(ticket=ticket)
    assert request.state == RequestState.ASKED
    assert token not in request.token_hash
    message = question_of(ticket)
    assert message.is_automatic
    assert message.delivery == "queued"
    assert TicketEvent.objects.filter(ticket=ticket, kind="CsatAsked").count() == 1
    ask_due(now() + timedelta(days=40))
    assert Message.objects.filter(ticket=ticket, is_automatic=True).count() == 1


def test_request_keeps_whose_ticket_it_was(desk: Desk) -> None:
    ticket = desk.solved()
    changes.set_priority(ticket, priority="urgent", actor=desk.lead.as_actor())
    changes.assign(ticket, agent=desk.lead, actor=desk.lead.as_actor())
    ask_due()
    request = SurveyRequest.objects.get(ticket=ticket)
    assert (request.agent_id, request.priority, request.team_id) == (desk.agent.pk, "normal", desk.team.pk)


def test_reopened_ticket_cancels_the_question(desk: Desk) -> None:
    desk.survey.delay_minutes = 60
    desk.survey.save()
    ticket = desk.solved()
    ask_due()
    assert state_of(ticket) == RequestState.WAITING
    reopen(ticket, desk.agent)
    assert state_of(ticket) == RequestState.CANCELLED
    ask_due(now() + timedelta(days=1))
    assert not Message.objects.filter(ticket=ticket, is_automatic=True).exists()


def test_ticket_that_is_closed_after_it_was_resolved_is_asked_about_all_the_same(desk: Desk) -> None:
    desk.survey.delay_minutes = 60
    desk.survey.save()
    ticket = desk.solved()
    changes.set_status(ticket, status="closed", actor=desk.agent.as_actor())
    ask_due(now() + timedelta(minutes=61))
    assert state_of(ticket) == RequestState.ASKED


def test_delay_passes_before_anybody_is_asked(desk: Desk) -> None:
    desk.survey.delay_minutes = 30
    desk.survey.save()
    ticket = desk.solved()
    ask_due(now() + timedelta(minutes=29))
    assert state_of(ticket) == RequestState.WAITING
    ask_due(now() + timedelta(minutes=31))
    assert state_of(ticket) == RequestState.ASKED


def test_same_customer_is_not_asked_again_so_soon(desk: Desk) -> None:
    desk.asked()
    second = desk.solved("Another question")
    ask_due(now() + timedelta(hours=2))
    assert state_of(second) == RequestState.CANCELLED


def test_ticket_that_no_survey_fits_leaves_no_request(desk: Desk) -> None:
    conditions = {"all": [{"fact": "priority", "op": "is", "value": "urgent"}]}
    save_survey(SurveyDraft(name=desk.survey.name, conditions=conditions), survey=desk.survey)
    ticket = desk.solved()
    ask_due()
    assert not SurveyRequest.objects.filter(ticket=ticket).exists()


def test_no_survey_costs_no_request(desk: Desk) -> None:
    desk.survey.delete()
    assert not SurveyRequest.objects.filter(ticket=desk.solved()).exists()


def test_customer_who_has_not_written_is_not_asked(desk: Desk) -> None:
    ticket = desk.solved()
    Message.objects.filter(ticket=ticket, direction="in").update(is_automatic=True)
    ask_due()
    assert SurveyRequest.objects.get(ticket=ticket).reason == "The customer has not written on this ticket."


def test_blocked_customer_is_not_asked(desk: Desk) -> None:
    ticket = desk.solved()
    Contact.objects.filter(pk=ticket.contact_id).update(is_blocked=True)
    ask_due()
    assert state_of(ticket) == RequestState.CANCELLED


def test_spam_is_not_asked(desk: Desk) -> None:
    ticket = customer_writes(desk.inbox)
    changes.set_status(ticket, status="spam", actor=desk.agent.as_actor())
    ask_due()
    assert not SurveyRequest.objects.filter(ticket=ticket).exists()


def test_budget_of_automatic_mail_holds_the_question_up_for_a_day_at_most(desk: Desk) -> None:
    ticket = desk.solved()
    Message.objects.filter(ticket=ticket, direction="in").update(refuses_answers=True)
    at = now()
    ask_due(at)
    assert state_of(ticket) == RequestState.WAITING
    ask_due(at + PATIENCE + timedelta(hours=1))
    assert state_of(ticket) == RequestState.CANCELLED
    assert not Message.objects.filter(ticket=ticket, is_automatic=True).exists()


def test_rule_asks_about_an_open_ticket(desk: Desk) -> None:
    ticket = customer_writes(desk.inbox)
    for _ in range(2):
        ask(ticket, survey=desk.survey, actor=rule())
    ask_due()
    assert state_of(ticket) == RequestState.ASKED


def test_question_in_the_customers_language_offers_five_links(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csat.services.asking._has_choices", lambda ticket: True)
    ticket = desk.solved()
    Contact.objects.filter(pk=ticket.contact_id).update(language="de-AT")
    ask_due()
    text = question_of(ticket).text
    assert "Wie zufrieden waren Sie" in text
    assert [text.count(f"?score={number}") for number in range(1, 6)] == [1] * 5


def test_nothing_overdue_is_told_without_recoveries(desk: Desk) -> None:
    assert tell_overdue() == 0


def test_question_that_nobody_answered_goes_after_its_time_and_ratings_stay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 1)
    desk.survey.quiet_days = 0
    desk.survey.save()
    rated, token = desk.asked()
    rate(request_of(token), score=5, comment="")
    asked = [desk.asked()[0] for _ in range(2)]
    reopened = desk.solved()
    reopen(reopened, desk.agent)
    SurveyRequest.objects.filter(ticket__in=[rated, asked[0], reopened]).update(
        created_at=now() - timedelta(days=400), expires_at=now() - timedelta(days=380)
    )
    desk.survey.quiet_days = 500
    desk.survey.save()
    assert keeping.drop_old() == 0, "who was asked last still matters"
    desk.survey.quiet_days = 30
    desk.survey.save()
    assert keeping.drop_old() == 2
    assert set(SurveyRequest.objects.values_list("ticket_id", flat=True)) == {rated.pk, asked[1].pk}
