"""Customers rate, change their minds, come too late; the unhappy ones are taken care of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import now
from core.errors import Conflict, Invalid
from csat.models import Outcome, Rating, Recovery, RequestState, SurveyRequest
from csat.page import score_in
from csat.services.rating import rate
from csat.services.recovering import close_recovery, tell_overdue
from notifications.models import Notification
from people.models import Role
from tests.csat.conftest import Desk, newest, request_of
from tests.desk import an_agent
from tickets.conditions import Occasion, holds, where
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def page_of(token: str) -> str:
    return f"/rate/{token}/"


def test_opening_a_link_rates_nothing(desk: Desk, client: Client) -> None:
    _, token = desk.asked()
    for _ in range(3):
        response = client.get(page_of(token), {"score": "5"})
        assert response.status_code == 200
    assert b'value="5" required checked' in response.content
    assert len(response.content) < 30_000
    assert not Rating.objects.exists()


def test_customer_rates_without_a_cookie_and_is_thanked(desk: Desk) -> None:
    ticket, token = desk.asked()
    client = Client(enforce_csrf_checks=True)
    response = client.post(page_of(token), {"score": "5", "comment": "Quick & <b>kind</b>"})
    assert response.status_code == 302
    assert "set-cookie" not in {name.lower() for name in response.headers}
    page = client.get(page_of(token)).content.decode()
    assert "Thank you" in page
    assert "Quick &amp; &lt;b&gt;kind&lt;/b&gt;" in page
    rating = newest(ticket)
    assert (rating.score, rating.channel) == (5, "email")
    assert SurveyRequest.objects.get().state == RequestState.ANSWERED
    event = TicketEvent.objects.get(ticket=ticket, kind="RatingGiven")
    assert (event.actor_kind, event.data["score"], event.data["before"]) == ("contact", 5, None)
    assert not Recovery.objects.exists()


def test_unhappy_customer_reads_that_somebody_gets_in_touch(desk: Desk, client: Client) -> None:
    _, token = desk.asked()
    client.post(page_of(token), {"score": "2"})
    assert "will get in touch" in client.get(page_of(token)).content.decode()


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "5.0", "five", "٥"])
def test_wrong_score_is_refused_at_its_field(desk: Desk, client: Client, score: str) -> None:
    _, token = desk.asked()
    response = client.post(page_of(token), {"score": score, "comment": "kept words"})
    assert response.status_code == 422
    assert "kept words" in response.content.decode()
    assert not Rating.objects.exists()


def test_guessed_link_opens_nothing(desk: Desk, client: Client) -> None:
    desk.asked()
    for token in ("a" * 26, "x", "%00", "a" * 300):
        assert client.get(page_of(token)).status_code == 404
        assert client.post(page_of(token), {"score": "5"}).status_code == 404


def test_customer_changes_their_mind_for_a_day(desk: Desk) -> None:
    ticket, token = desk.asked()
    rate(request_of(token), score=1, comment="Terrible")
    rate(request_of(token), score=4, comment="Better now")
    rating = newest(ticket)
    assert rating.score == 4
    assert [said["score"] for said in rating.history] == [1]
    Rating.objects.update(rated_at=now() - timedelta(hours=25))
    with pytest.raises(Conflict):
        rate(request_of(token), score=5, comment="")


def test_same_answer_twice_changes_nothing(desk: Desk) -> None:
    ticket, token = desk.asked()
    for _ in range(2):
        rate(request_of(token), score=3, comment="So so")
    assert newest(ticket).history == []
    assert TicketEvent.objects.filter(kind="RatingGiven").count() == 1


def test_late_answer_finds_a_friendly_page(desk: Desk, client: Client) -> None:
    _, token = desk.asked()
    SurveyRequest.objects.update(expires_at=now() - timedelta(seconds=1))
    assert "has been closed" in client.get(page_of(token)).content.decode()
    assert client.post(page_of(token), {"score": "5"}).status_code == 409
    assert not Rating.objects.exists()


def test_bad_rating_rings_the_lead_who_says_what_came_of_it(desk: Desk) -> None:
    ticket, token = desk.asked()
    rate(request_of(token), score=2, comment="Slow")
    recovery = Recovery.objects.get(ticket=ticket)
    assert recovery.owner == desk.lead
    assert timedelta(minutes=119) < recovery.due_at - now() < timedelta(minutes=121)
    assert Notification.objects.get(kind="bad_rating").agent == desk.lead
    close_recovery(recovery, outcome="won_back", cause="delay", actor=desk.lead.as_actor())
    with pytest.raises(Conflict):
        close_recovery(recovery, outcome="explained", cause="delay", actor=desk.lead.as_actor())
    event = TicketEvent.objects.get(kind="RecoveryClosed")
    assert (event.data["outcome"], event.data["is_in_time"]) == ("won_back", True)
    assert tell_overdue(now() + timedelta(days=1)) == 0


def test_recovery_without_an_outcome_in_time_rings_the_managers_once(desk: Desk) -> None:
    manager = an_agent("Mona Manager", role=Role.MANAGER)
    _, token = desk.asked()
    rate(request_of(token), score=1, comment="")
    for _ in range(2):
        tell_overdue(now() + timedelta(hours=3))
    told = Notification.objects.filter(kind="recovery_late")
    assert {line.agent for line in told} == {manager, desk.lead}
    assert TicketEvent.objects.filter(kind="RecoveryOverdue").count() == 1


def test_nobody_to_own_it_rings_every_manager(desk: Desk) -> None:
    manager = an_agent("Mona Manager", role=Role.MANAGER)
    _, token = desk.asked()
    desk.team.lead = None
    desk.team.save()
    Ticket.objects.update(assignee=None)
    rate(request_of(token), score=1, comment="")
    assert Recovery.objects.get().owner is None
    assert Notification.objects.get(kind="bad_rating").agent == manager


def test_rating_that_is_taken_back_ends_the_recovery(desk: Desk) -> None:
    _, token = desk.asked()
    rate(request_of(token), score=1, comment="")
    rate(request_of(token), score=5, comment="")
    assert Recovery.objects.get().outcome == Outcome.WITHDRAWN
    rate(request_of(token), score=2, comment="")
    assert Recovery.objects.get().is_open


def test_outcome_must_be_one_of_the_list(desk: Desk) -> None:
    _, token = desk.asked()
    rate(request_of(token), score=1, comment="")
    with pytest.raises(Invalid):
        close_recovery(Recovery.objects.get(), outcome="withdrawn", cause="delay", actor=desk.lead.as_actor())


TESTS = [
    {"fact": "rating", "op": "is", "value": 2},
    {"fact": "rating", "op": "less", "value": 3},
    {"fact": "rating", "op": "greater", "value": 1},
    {"fact": "rating", "op": "is_not", "value": 2},
    {"fact": "rating", "op": "is_set"},
    {"fact": "rating", "op": "is_not_set"},
    {"fact": "rating_comment", "op": "contains", "value": "SLOW"},
    {"fact": "rating_comment", "op": "is_set"},
    {"fact": "rating_comment", "op": "is_not_set"},
    {"fact": "recovery", "op": "is", "value": "open"},
    {"fact": "recovery", "op": "is", "value": "overdue"},
    {"fact": "recovery", "op": "in", "value": ["overdue", "closed"]},
    {"fact": "recovery", "op": "is_not", "value": "open"},
    {"fact": "recovery", "op": "is_set"},
    {"fact": "recovery", "op": "is_not_set"},
]


@pytest.mark.parametrize("score", [None, 1, 2, 5])
@pytest.mark.parametrize("recovery", ["", "open", "overdue", "closed"])
def test_conditions_say_the_same_in_memory_and_in_sql(desk: Desk, score: int | None, recovery: str) -> None:
    ticket = desk.solved()
    at = now()
    if score is not None:
        asked = SurveyRequest.objects.create(ticket=ticket, state="answered")
        rating = Rating.objects.create(
            request=asked, ticket=ticket, score=score, comment="so slow" if score < 3 else ""
        )
        if recovery:
            due = at + timedelta(hours=-1 if recovery == "overdue" else 1)
            closed = at if recovery == "closed" else None
            Recovery.objects.create(rating=rating, ticket=ticket, due_at=due, closed_at=closed)
    for test in TESTS:
        in_memory = holds({"all": [test]}, Occasion(ticket, at=at))
        in_sql = Ticket.objects.filter(where({"all": [test]}, at=at), pk=ticket.pk).exists()
        assert in_memory == in_sql, test


@settings(max_examples=200)
@given(st.text(max_size=12))
def test_score_of_a_link_is_one_to_five_or_none(text: str) -> None:
    assert (score_in(text) > 0) == (text in {"1", "2", "3", "4", "5"})
    assert score_in(text) in range(6)


def test_managers_remove_what_should_never_have_been_written(desk: Desk, client: Client) -> None:
    ticket, token = desk.asked()
    rate(request_of(token), score=1, comment="My card is 4111 1111 1111 1111")
    rate(request_of(token), score=2, comment="It is 4111 1111 1111 1111!")
    address = f"/tickets/{ticket.number}/remove-comments/"
    client.force_login(desk.agent)
    assert client.post(address).status_code == 403
    client.force_login(an_agent("Mona Manager", role=Role.MANAGER))
    side = reverse("workspace:ticket-side", args=[ticket.number])
    assert b"Remove the comment" in client.get(side).content
    assert client.post(address).status_code == 302
    rating = newest(ticket)
    assert (rating.score, rating.comment, [said["comment"] for said in rating.history]) == (2, "", [""])
    assert client.post(address).status_code == 409
    assert b"4111" not in client.get(side).content
