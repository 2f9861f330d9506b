"""The question how it was, at once when a chat has ended: put to whoever is still there, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from channels_in.models import ChatVisitor
from core.clock import now
from csat.models import Rating, SurveyRequest
from csat.services.asking import ask, ask_due
from csat.services.surveys import SurveyDraft, save_survey
from sla.models import Fact, FactKind
from tests.cast import Cast
from tests.desk import agent_replies
from tests.portal.conftest import Browser
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import changes

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def ticket(clock: time_machine.TimeMachineFixture, cast: Cast, browser_of_visitor: Browser) -> Ticket:
    """A chat that Ana has answered, with its visitor still there."""
    save_survey(SurveyDraft(name="After every chat", quiet_days=0))
    return chats(browser_of_visitor, cast)


def chats(browser: Browser, cast: Cast) -> Ticket:
    browser.says()
    ChatVisitor.objects.update(last_seen_at=now())
    ticket = Ticket.objects.get()
    agent_replies(ticket, cast.ana)
    return ticket


def resolve(ticket: Ticket, cast: Cast) -> None:
    changes.set_status(ticket, status="resolved", actor=cast.ana.as_actor())


def asked(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.begin()["conversation"]["asks"]
    return found


def ends(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.post("end/").json()["conversation"]["asks"]
    return found


def letters() -> int:
    return Message.objects.filter(is_automatic=True, direction="out").count()


def told() -> tuple[int, int, int]:
    """Requests, events of asking, facts of asking."""
    events = TicketEvent.objects.filter(kind="CsatAsked").count()
    return SurveyRequest.objects.count(), events, Fact.objects.filter(kind=FactKind.CSAT_ASKED).count()


def test_visitor_who_is_there_when_the_ticket_is_resolved_rates_at_once_and_gets_no_letter(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser
) -> None:
    assert asked(browser_of_visitor) is None
    resolve(ticket, cast)
    question = asked(browser_of_visitor)
    assert (question["seq"], question["open"], question["score"]) == (0, True, 0)
    given = browser_of_visitor.post("rating/", request=question["request"], score=5, comment="Quick!").json()["asks"]
    assert (given["score"], given["open"]) == (5, True)
    ask_due(now() + timedelta(hours=2))
    assert (letters(), told()) == (0, (1, 1, 1))
    assert Rating.objects.get().request.agent_id == cast.ana.pk


def test_visitor_who_does_not_answer_gets_the_letter_after_the_delay_and_answers_there(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser
) -> None:
    resolve(ticket, cast)
    ask_due(now() + timedelta(minutes=59))
    assert letters() == 0
    for minutes in (61, 62):
        ask_due(now() + timedelta(minutes=minutes))
    assert (letters(), told()) == (1, (1, 1, 1)), "it was asked once, when it was first put to them"
    question = asked(browser_of_visitor)
    assert question["seq"] == Message.objects.get(is_automatic=True).seq
    assert browser_of_visitor.post("rating/", request=question["request"], score=2).status_code == 200


def test_visitor_who_ends_the_chat_rates_it_and_is_not_asked_again_when_the_ticket_is_done(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser, clock: time_machine.TimeMachineFixture
) -> None:
    question = ends(browser_of_visitor)
    browser_of_visitor.post("rating/", request=question["request"], score=4)
    clock.shift(60)
    resolve(ticket, cast)
    ask_due(now() + timedelta(hours=2))
    assert (letters(), told()) == (0, (1, 1, 1))


def test_visitor_who_ended_the_chat_without_a_word_gets_one_letter_when_the_ticket_is_done(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser, clock: time_machine.TimeMachineFixture
) -> None:
    ends(browser_of_visitor)
    clock.shift(2 * 3600)
    ask_due()
    assert letters() == 0, "the ticket is still open"
    assert asked(browser_of_visitor)["seq"] == 0
    resolve(ticket, cast)
    ask_due()
    clock.shift(61 * 60)
    ask_due()
    assert (letters(), told()) == (1, (1, 1, 1))


def test_question_goes_with_the_next_words_and_comes_back_when_that_chat_ends(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser, clock: time_machine.TimeMachineFixture
) -> None:
    first = ends(browser_of_visitor)
    clock.shift(60)
    browser_of_visitor.says("One more thing")
    assert asked(browser_of_visitor) is None
    agent_replies(ticket, cast.ana)
    assert ends(browser_of_visitor)["request"] == first["request"]
    assert told() == (1, 1, 1)


def test_ticket_that_is_opened_again_calls_off_the_letter_and_what_was_asked_counts(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser
) -> None:
    resolve(ticket, cast)
    changes.set_status(ticket, status="open", actor=cast.ana.as_actor())
    ask_due(now() + timedelta(hours=2))
    assert (letters(), SurveyRequest.objects.get().state) == (0, "asked")
    question = asked(browser_of_visitor)
    assert browser_of_visitor.post("rating/", request=question["request"], score=3).status_code == 200


def test_visitor_who_has_gone_is_asked_by_the_letter_only(
    ticket: Ticket, cast: Cast, browser_of_visitor: Browser, clock: time_machine.TimeMachineFixture
) -> None:
    clock.shift(180)
    resolve(ticket, cast)
    assert asked(browser_of_visitor) is None
    assert not TicketEvent.objects.filter(kind="CsatAsked").exists()


@pytest.mark.usefixtures("clock")
def test_chat_that_nobody_answered_and_spam_are_not_asked_about(cast: Cast, browser_of_visitor: Browser) -> None:
    save_survey(SurveyDraft(name="After every chat"))
    browser_of_visitor.says()
    assert ends(browser_of_visitor) is None
    ticket = chats(browser_of_visitor, cast)
    changes.set_status(ticket, status="spam", actor=cast.ana.as_actor())
    assert not SurveyRequest.objects.filter(asked_at__isnull=False).exists()


def test_somebody_else_in_the_ticket_is_not_asked(ticket: Ticket, cast: Cast, browser_of_visitor: Browser) -> None:
    resolve(ticket, cast)
    SurveyRequest.objects.update(contact_id=0)
    assert asked(browser_of_visitor) is None


def test_agent_who_asks_by_hand_sends_the_letter_now(ticket: Ticket, cast: Cast, browser_of_visitor: Browser) -> None:
    ends(browser_of_visitor)
    ask(ticket, survey=None, actor=cast.ana.as_actor())
    ask_due()
    assert (letters(), told()) == (1, (1, 1, 1))
