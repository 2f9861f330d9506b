"""Predicted first responses: from what answers took, who waits and who is there; kept, and held against what came."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from people.models import Agent
from people.services.api_tokens import create_api_token
from routing.actions.wording import filled
from routing.models import PendingEvent, Rule
from routing.services.defaults import make_rules
from routing.services.reacting import react_to
from sla.calendar import Calendar, Period
from sla.models import Fact, Prediction
from sla.prediction import Expected, Past, in_a_sentence, in_words, predicted, span_in_words
from sla.selectors.expectations import expected_response
from sla.services.predicting import keep_expectation
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes
from tests.sla.conftest import START, berlin
from tickets.models import Inbox, Message

MINUTE = 60
ALWAYS = Calendar.always()
OFFICE = Calendar("Europe/Berlin", tuple(Period(day, 9 * 60, 17 * 60) for day in range(5)))
PAST = Past(p50=12 * MINUTE, p90=45 * MINUTE, sample=200, seconds_per_answer=5 * MINUTE, usual_agents=2)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def expected(past: Past = PAST, *, waiting: int = 0, agents: int = 2, calendar: Calendar = ALWAYS) -> Expected:
    found = predicted(past, waiting=waiting, agents=agents, calendar=calendar, at=START)
    assert found is not None
    return found


def test_as_usual_when_nobody_waits() -> None:
    found = expected()
    assert (found.p50_seconds, found.p90_seconds, found.basis) == (720, 2700, "history")
    assert in_words(found) == "Usually within 15 minutes"


def test_a_queue_and_missing_agents_make_it_longer() -> None:
    queue = expected(waiting=5)
    assert (queue.p50_seconds, queue.basis) == (25 * MINUTE, "queue")
    assert in_words(queue) == "Usually within 15 minutes, now about 25 minutes"
    assert in_a_sentence(queue) == "We usually answer within 15 minutes; now it takes about 25 minutes."
    assert expected(waiting=5, agents=1).p50_seconds == 50 * MINUTE
    assert expected(waiting=5, agents=9).p50_seconds == 25 * MINUTE, "more agents than usual promise nothing"


def test_nobody_at_night_means_as_many_as_usual_in_the_morning() -> None:
    """Ten wait when the office opens at nine; an answer costs five minutes, however few are there at night."""
    at_night = berlin(5, 3)
    found = predicted(PAST, waiting=10, agents=0, calendar=OFFICE, at=at_night)
    assert found is not None
    assert at_night + timedelta(seconds=found.p50_seconds) == berlin(5, 9, 50)
    assert in_words(found) == "Usually within 7 hours", "nearly all of the wait is the night"


def test_closed_hours_are_part_of_what_a_customer_waits() -> None:
    at_noon = expected(Past(p50=6 * 3600, p90=10 * 3600, sample=50), calendar=OFFICE)
    assert at_noon.p50_seconds == 6 * 3600
    assert at_noon.p90_seconds == (10 + 16) * 3600


def test_too_little_to_learn_from_promises_nothing() -> None:
    assert predicted(Past(p50=60, p90=90, sample=9), waiting=0, agents=1, calendar=ALWAYS, at=START) is None


@given(
    st.floats(1, 1e6), st.floats(1, 10), st.integers(0, 500), st.integers(0, 50), st.floats(0, 1e4), st.floats(0, 50)
)
def test_expectation_is_never_shorter_than_usual_and_p90_never_below_p50(
    p50: float, factor: float, waiting: int, agents: int, cost: float, usual: float
) -> None:
    past = Past(p50=p50, p90=p50 * factor, sample=100, seconds_per_answer=cost, usual_agents=usual)
    found = expected(past, waiting=waiting, agents=agents)
    assert found.usual_p50_seconds <= found.p50_seconds <= found.p90_seconds
    more = expected(past, waiting=waiting + 1, agents=agents)
    assert more.p50_seconds >= found.p50_seconds
    assert in_words(found).startswith("Usually within")


@pytest.mark.parametrize(
    ("seconds", "words"), [(20, "1 minute"), (60, "1 minute"), (3600, "1 hour"), (90_000, "2 days")]
)
def test_spans_are_said_in_their_largest_unit(seconds: int, words: str) -> None:
    assert span_in_words(seconds) == words


@pytest.fixture
def busy(clock: time_machine.Traveller, mia: Agent) -> Inbox:
    """An inbox where eleven tickets were answered, within 1 to 11 minutes."""
    inbox = an_inbox()
    for minutes in range(1, 12):
        clock.move_to(berlin(4, 10) + timedelta(hours=minutes))
        ticket = customer_writes(inbox)
        clock.shift(timedelta(minutes=minutes))
        agent_replies(ticket, mia)
    return inbox


def test_desk_learns_from_its_answers(busy: Inbox) -> None:
    found = expected_response(busy)
    assert found is not None
    assert (found.p50_seconds, found.p90_seconds, found.sample) == (360, 600, 11)
    assert expected_response(an_inbox()) is None


def test_expectation_is_kept_and_held_against_the_answer(
    busy: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    at = berlin(5, 10)
    for minutes in (4, 8, 30):
        clock.move_to(at)
        ticket = customer_writes(busy)
        keep_expectation(ticket.pk)
        keep_expectation(ticket.pk)
        clock.shift(timedelta(minutes=minutes))
        agent_replies(ticket, mia)
        cache.clear()
    assert [row.real_seconds for row in Prediction.objects.order_by("pk")] == [240, 480, 1800]
    facts = Fact.objects.filter(kind="foretold").order_by("pk")
    assert [(fact.wall_seconds, fact.is_kept) for fact in facts] == [(240, True), (480, True), (1800, False)]


@pytest.mark.django_db(transaction=True)
def test_ticket_without_an_expectation_costs_no_task(busy: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    monkeypatch.setattr("sla.subscribers.keep_expectations.delay", asked.append)
    young = an_inbox()
    assert expected_response(young) is None
    assert expected_response(busy) is not None
    customer_writes(young)
    ticket = customer_writes(busy)
    assert asked == [[ticket.pk]]


def test_automatic_answer_says_how_soon(busy: Inbox) -> None:
    ticket = customer_writes(busy)
    assert filled("Thank you. {{ticket.expected_answer}}.", ticket) == "Thank you. Usually within 6 minutes."
    elsewhere = customer_writes(an_inbox())
    assert filled("Thank you. {{ticket.expected_answer}}", elsewhere).strip() == "Thank you."


def test_one_forecast_is_told_in_the_chat_by_the_automatic_answer_and_by_the_api(busy: Inbox, client: Client) -> None:
    ben = an_agent("Ben", is_online=True)
    told = "Usually within 6 minutes"
    widget = an_inbox("webchat")
    # What was learnt at one door counts for that inbox; here all three ask about the same one.
    Inbox.objects.filter(pk=busy.pk).update(kind="webchat")
    session = client.post(f"/chat/{busy.token}/session/", "{}", content_type="application/json").json()
    assert (session["online"], session["expected"]) == (True, told)
    unknown = client.post(f"/chat/{widget.token}/session/", "{}", content_type="application/json").json()
    assert (unknown["online"], unknown["expected"]) == (True, "")

    _, token = create_api_token(ben, scopes=("tickets:read",))
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.get(f"/api/v1/inboxes/{busy.pk}/expected-response/", headers=headers).json()
    assert (answer["text"], answer["p50_seconds"], answer["sample"]) == (told, 360, 11)

    make_rules()
    Rule.objects.filter(name="Confirm new mail").update(is_active=True)
    Inbox.objects.filter(pk=busy.pk).update(kind="email")
    for inbox, sentence in ((busy, " We usually answer within 6 minutes."), (an_inbox(), "")):
        ticket = customer_writes(inbox)
        react_to(list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True)))
        sent = Message.objects.get(ticket=ticket, is_automatic=True)
        assert sent.text == f"Thank you, Ana Ruiz. Your request has the number #{ticket.number}.{sentence}"


def test_online_agents_are_counted(busy: Inbox) -> None:
    an_agent("Ben", is_online=True)
    found = expected_response(busy)
    assert found is not None
    assert found.agents == 1


def test_only_agents_who_answer_the_inbox_make_its_wait_shorter(busy: Inbox) -> None:
    helpers = a_team("Helpers", an_agent("Hal", is_online=True), an_agent("Ida", is_online=True))
    own = a_team("Own", an_agent("Zoe"), overflow_team=helpers)
    busy.default_team = own
    busy.save()
    an_agent("Elsewhere", is_online=True)
    helped = expected_response(busy)
    own.members.add(an_agent("Yan", is_online=True))
    cache.clear()
    found = expected_response(busy)
    assert helped is not None
    assert found is not None
    assert (helped.agents, found.agents) == (2, 1)
