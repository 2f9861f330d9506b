"""What managers see and change: surveys, their preview and test, comments, recoveries; and what programs read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from api.serializers import message_out
from channels_in.email.compose.body import html_part
from core.errors import NotAllowed
from csat.models import Rating, Recovery, Survey, SurveyRequest
from csat.services.asking import text_of
from csat.services.rating import rate
from csat.services.surveys import SurveyDraft, delete_survey, save_survey
from csat.services.trying import send
from people.models import Agent, Role
from people.services.api_tokens import create_api_token
from reports.counted import counted
from reports.fact_filters import FactFilters
from reports.runner import zone_of
from tests.csat.conftest import Desk, question_of, request_of
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

FORM: dict[str, Any] = {
    "name": "Shop", "position": "10", "is_active": "on", "delay": "1h 30m", "counts_open_time": "on", "quiet_days": "7",
    "open_days": "14", "scale": "stars", "recovery_score": "2", "recovery_time": "2h", "question_de": "Alles gut?",
    "c0-group": "all", "c0_0-fact": "priority", "c0_0-op": "is", "c0_0-value": "high",
}  # fmt: skip


@pytest.fixture
def manager(client: Client) -> Agent:
    mona = an_agent("Mona Manager", role=Role.MANAGER)
    client.force_login(mona)
    return mona


def test_manager_makes_a_survey_and_sees_it_again(client: Client, manager: Agent) -> None:
    assert client.post(reverse("workspace:settings-survey-new"), FORM).status_code == 302
    survey = Survey.objects.get()
    assert (survey.delay_minutes, survey.counts_open_time, survey.recovery_minutes) == (90, True, 120)
    assert survey.questions == {"de": "Alles gut?"}
    assert survey.conditions == {"all": [{"fact": "priority", "op": "is", "value": "high"}]}
    assert survey.changed_by == "Mona Manager"
    page = client.get(reverse("workspace:settings-survey", args=[survey.pk])).content.decode()
    assert "1h 30m" in page
    assert "Alles gut?" in client.get(f"/settings/surveys/{survey.pk}/preview/de/").content.decode()
    assert "Shop" in client.get(reverse("workspace:settings-surveys")).content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("delay", "soon"), ("open_days", "0"), ("recovery_time", ""), ("name", ""), ("delay", "99d")]
)
def test_what_is_wrong_is_said_at_its_field(client: Client, manager: Agent, field: str, value: str) -> None:
    response = client.post(reverse("workspace:settings-survey-new"), {**FORM, field: value})
    assert response.status_code == 422
    assert b'class="errors"' in response.content
    assert not Survey.objects.exists()


def test_test_mail_leads_to_the_preview_and_rates_nothing(desk: Desk, client: Client, manager: Agent) -> None:
    assert (
        client.post(reverse("workspace:settings-survey-test", args=[desk.survey.pk]), {"language": "fr"}).status_code
        == 302
    )
    send(desk.survey.pk, manager.pk, "fr")
    (letter,) = mail.outbox
    assert letter.to == [manager.email]
    assert f"/settings/surveys/{desk.survey.pk}/preview/fr/?score=5" in str(letter.body)
    assert not SurveyRequest.objects.exists()


def test_agents_change_no_survey(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        save_survey(SurveyDraft(name="Mine"), by=desk.agent)
    with pytest.raises(NotAllowed):
        delete_survey(desk.survey, by=desk.agent)


def test_deleted_survey_takes_no_rating_with_it(desk: Desk, client: Client, manager: Agent) -> None:
    _, token = desk.asked()
    rate(request_of(token), score=4, comment="")
    client.post(reverse("workspace:settings-survey-delete", args=[desk.survey.pk]))
    assert Rating.objects.count() == 1
    assert client.get(f"/rate/{token}/").status_code == 200


def test_ticket_tells_of_rating_and_recovery_until_it_is_settled(desk: Desk, client: Client, manager: Agent) -> None:
    ticket, token = desk.asked()
    rate(request_of(token), score=1, comment="Nobody listened")
    side = client.get(reverse("workspace:ticket-side", args=[ticket.number])).json()["side"]
    assert "Nobody listened" in side
    assert "Lea Lead gets in touch" in side
    page = reverse("workspace:ticket-recovery", args=[ticket.number])
    assert client.post(page, {"outcome": "won_back"}).status_code == 422
    assert client.post(page, {"outcome": "won_back", "cause": "tone"}).status_code == 302
    assert client.post(page, {"outcome": "won_back", "cause": "tone"}).status_code == 422
    assert Recovery.objects.get().closed_by == "Mona Manager"


def test_agent_asks_by_hand(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)
    ticket = customer_writes(desk.inbox)
    side = reverse("workspace:ticket-side", args=[ticket.number])
    assert "Ask for a rating" not in client.get(side).json()["side"], "nobody has answered yet"
    agent_replies(ticket, desk.agent)
    assert "Ask for a rating" in client.get(side).json()["side"]
    assert client.post(reverse("workspace:ticket-ask-rating", args=[ticket.number])).status_code == 200
    assert SurveyRequest.objects.get(ticket=ticket).is_by_hand
    assert "about to go out" in client.get(reverse("workspace:ticket-side", args=[ticket.number])).json()["side"]


def test_agents_cannot_read_the_link_that_rates_them(desk: Desk, client: Client) -> None:
    ticket, token = desk.asked()
    customer_answers = f"> Very good: https://desk.example/rate/{token}/?score=5"
    question = question_of(ticket)
    Message.objects.filter(pk=question.pk).update(full_text=f"{question.text}\n{customer_answers}")
    client.force_login(desk.agent)
    page = client.get(reverse("workspace:ticket", args=[ticket.number])).content.decode()
    assert "/rate/…" in page
    assert token not in page
    assert token not in client.get(reverse("workspace:tickets"), {"view": "resolved"}).content.decode(), "in the row"
    assert token not in client.get(reverse("workspace:message-forward", args=[question.pk])).content.decode()
    question.refresh_from_db()
    assert token not in message_out(question)["text"]


def test_comments_are_what_the_figure_counts(desk: Desk, client: Client, manager: Agent) -> None:
    for score, words in ((1, "Slow"), (5, "Quick"), (3, "")):
        desk.survey.quiet_days = 0
        desk.survey.save()
        _, token = desk.asked()
        rate(request_of(token), score=score, comment=words)
    page = client.get("/reports/csat/comments/").content.decode()
    assert 'data-count="2"' in page
    assert "Slow" in page
    assert "Quick" not in client.get("/reports/csat/comments/?set=commented_bad").content.decode()
    assert client.get("/reports/csat/comments/?set=opened").status_code == 422
    filters = FactFilters.from_query(
        {"agent": str(desk.agent.pk)}, now=Ticket.objects.latest("pk").updated_at, zone=zone_of(manager)
    )
    assert counted(manager, filters, "commented").count() == 2


def test_programs_read_ratings_of_visible_tickets_only(desk: Desk, client: Client) -> None:
    ticket, token = desk.asked()
    rate(request_of(token), score=2, comment="Slow")
    private = an_inbox(is_private=True, default_team=a_team("Legal", is_private=True))
    hidden = customer_writes(private)
    asked = SurveyRequest.objects.create(ticket=hidden, state="answered")
    Rating.objects.create(request=asked, ticket=hidden, score=1, comment="secret")
    _, secret = create_api_token(desk.agent, scopes=("tickets:read",))
    headers = {"Authorization": f"Bearer {secret}"}
    (row,) = client.get("/api/v1/ratings/", headers=headers).json()["results"]
    assert (row["ticket"], row["score"], row["comment"], row["agent"]) == (ticket.number, 2, "Slow", desk.agent.pk)
    assert row["recovery"]["owner"] == desk.lead.pk
    assert client.get("/api/v1/ratings/?score=5", headers=headers).json()["results"] == []
    assert client.get("/api/v1/ratings/?score=6", headers=headers).status_code == 422
    assert client.get("/api/v1/ratings/").status_code == 401


def test_lists_find_unhappy_customers_who_wait(desk: Desk, client: Client, manager: Agent) -> None:
    ticket, token = desk.asked()
    rate(request_of(token), score=1, comment="")
    where = quote('{"all": [{"fact": "recovery", "op": "is", "value": "open"}]}')
    assert f"#{ticket.number}" in client.get(f"/tickets/?state=any&where={where}").content.decode()


def test_mail_offers_the_answers_as_links_on_words(desk: Desk) -> None:
    link = "http://127.0.0.1:8000/rate/abc/"
    text = text_of(desk.survey, language="en", link=link, has_choices=True)
    html = html_part(text, "", None, [], [])
    assert f'href="{link}?score=5"' in html
    assert ">5 · Very good</a>" in html
    assert html.count("<a ") == 5
