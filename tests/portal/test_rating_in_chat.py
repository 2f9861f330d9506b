"""The question how it was, answered inside the chat: by the visitor whom it was put to, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from core import push
from csat.models import Rating, SurveyRequest
from csat.services.asking import ask_due
from csat.services.surveys import SurveyDraft, save_survey
from routing.models import ChatWait
from tests.cast import Cast
from tests.desk import agent_replies
from tests.portal.conftest import Browser
from tickets.models import Message, Ticket
from tickets.services import changes


@pytest.fixture
def ticket(cast: Cast, browser_of_visitor: Browser) -> Ticket:
    """Answered, resolved, and its customer asked."""
    save_survey(SurveyDraft(name="After every chat", delay_minutes=0, scale="stars", questions={"en": "Happy?"}))
    assert browser_of_visitor.says().status_code == 200
    found = Ticket.objects.get()
    agent_replies(found, cast.ana)
    changes.set_status(found, status="resolved", actor=cast.ana.as_actor())
    ask_due()
    return found


def asked(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.begin()["conversation"]["asks"]
    return found


def test_visitor_rates_in_the_chat_and_changes_their_mind(ticket: Ticket, browser_of_visitor: Browser) -> None:
    question = asked(browser_of_visitor)
    message = Message.objects.get(pk=SurveyRequest.objects.get().message_id or 0)
    assert (question["question"], question["scale"], question["score"]) == ("Happy?", "stars", 0)
    assert (question["seq"], question["open"]) == (message.seq, True)
    assert question["choices"][0]["name"] == "Very bad"
    told = browser_of_visitor.post("rating/", request=question["request"], score=4).json()["asks"]
    assert (told["score"], told["words"]["thanks"]) == (4, "Thank you for your answer.")
    browser_of_visitor.post("rating/", request=question["request"], score=1, comment="On <b>second</b> thought")
    again = asked(browser_of_visitor)
    assert (again["score"], again["comment"]) == (1, "On <b>second</b> thought")
    assert "get in touch" in again["words"]["thanks"]
    rating = Rating.objects.get()
    assert (rating.ticket, rating.channel, rating.score, len(rating.history)) == (ticket, "webchat", 1, 1)


def test_what_is_no_answer_or_comes_too_late_is_refused(ticket: Ticket, browser_of_visitor: Browser) -> None:
    request = asked(browser_of_visitor)["request"]
    for score in (0, 6, "5", None, True):
        assert browser_of_visitor.post("rating/", request=request, score=score).status_code == 422
    SurveyRequest.objects.update(expires_at=ticket.created_at)
    assert browser_of_visitor.post("rating/", request=request, score=5).status_code == 409
    assert asked(browser_of_visitor) is None
    assert not Rating.objects.exists()


@pytest.mark.usefixtures("ticket")
def test_nobody_else_answers_for_the_visitor(cast: Cast, browser_of_visitor: Browser) -> None:
    request = asked(browser_of_visitor)["request"]
    other = Browser(cast.chat)
    other.begin()
    assert other.post("rating/", request=request, score=1).status_code == 404
    other.says("Hello")
    assert other.post("rating/", request=request, score=1).status_code == 404
    assert asked(other) is None
    assert browser_of_visitor.post("rating/", request=request + 1, score=1).status_code == 404
    assert Browser(cast.chat).post("rating/", request=request, score=1).status_code == 401
    assert not Rating.objects.exists()


def test_question_that_went_by_mail_is_not_asked_in_the_chat(ticket: Ticket, browser_of_visitor: Browser) -> None:
    Message.objects.filter(pk=SurveyRequest.objects.get().message_id or 0).update(channel="email")
    assert asked(browser_of_visitor) is None


@pytest.mark.django_db(transaction=True)
def test_open_windows_hear_that_there_is_a_question_and_an_answer(
    cast: Cast, browser_of_visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []
    save_survey(SurveyDraft(name="After every chat", delay_minutes=0))
    browser_of_visitor.says()
    ticket = Ticket.objects.get()
    changes.set_status(ticket, status="resolved", actor=cast.ana.as_actor())
    monkeypatch.setattr(push, "publish", lambda topics, frame: heard.append(frame))
    ask_due()
    assert {"type": "resync"} in heard
    heard.clear()
    browser_of_visitor.post("rating/", request=asked(browser_of_visitor)["request"], score=5)
    assert {"type": "resync"} in heard


def test_visitor_whom_nobody_answers_may_leave_their_address(ticket: Ticket, browser_of_visitor: Browser) -> None:
    assert browser_of_visitor.begin()["conversation"]["left"] is False
    ChatWait.objects.create(ticket=ticket, began_at=ticket.created_at, message_id=1, told_at=ticket.created_at)
    assert browser_of_visitor.begin()["conversation"]["left"] is True
