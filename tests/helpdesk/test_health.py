"""The probes: alive, ready or not and why, figures behind a token."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries as Asserts
from pytest_django import Settings

from core.clock import now
from csat.models import SurveyRequest
from helpdesk import health
from helpdesk.gauges import waiting_figures, works
from routing.models import ChatWait, WebhookCall
from sla.models import Fact, FactKind
from tests.cast import Cast, new_ticket


@pytest.fixture
def client() -> Client:
    # A probe calls by address, under no host name of ours.
    return Client(headers={"host": "10.1.2.3:8000"})


def test_probe_hears_that_the_process_lives(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["desk.example.com"]
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_probe_hears_that_the_desk_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "broker": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_probe_hears_which_part_is_missing(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == "ConnectionError"
    assert answer.json()["database"] == "ok"


@pytest.mark.django_db
def test_probe_hears_of_a_read_only_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "database", lambda: "read only")
    assert client.get("/readyz").status_code == 503


def test_scraper_without_the_token_is_refused(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "sesame"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.django_db
def test_scraper_with_the_token_gets_figures(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "sesame"
    answer = client.get("/metrics", headers={"authorization": "Bearer sesame"})
    assert answer.status_code == 200
    assert b"python_info" in answer.content


def test_scraper_reads_what_is_due_and_for_how_long(cast: Cast, settings: Settings, client: Client) -> None:
    settings.METRICS_TOKEN = "sesame"
    ticket = new_ticket(cast.mail)
    an_hour_ago = now() - timedelta(hours=1)
    for moment in (an_hour_ago, now(), now() + timedelta(hours=1)):
        WebhookCall.objects.create(ticket=ticket, url="https://example.com", payload={}, next_attempt_at=moment)
        SurveyRequest.objects.create(ticket=ticket, state="cancelled", due_at=moment)
    ChatWait.objects.create(ticket=ticket, began_at=an_hour_ago, message_id=1)
    Fact.objects.create(kind=FactKind.OPENED, at=now() - timedelta(days=3))
    told = figures(client)
    assert told['helpdesk_work_due{work="webhook_calls"}'] == 2, "what is for later is not due"
    assert told['helpdesk_work_due_oldest_seconds{work="webhook_calls"}'] == pytest.approx(3600, abs=30)
    assert told['helpdesk_work_due{work="chats"}'] == 1
    assert told['helpdesk_work_due{work="survey_requests"}'] == 0
    assert told["helpdesk_report_days_behind"] in (2, 3), "yesterday is stored ten minutes after midnight"
    assert told['helpdesk_tasks_waiting{queue="bulk"}'] >= 0


@pytest.mark.django_db
def test_what_waits_is_found_by_the_indexes_of_what_waits(django_assert_max_num_queries: Asserts) -> None:
    with django_assert_max_num_queries(len(works()) + 3):
        waiting_figures()
    with connection.cursor() as cursor:
        # Empty tables are read whole, whatever the index.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for work in works():
            plan = work.rows.order_by().filter(**{f"{work.since}__lte": now()}).explain()
            assert "Seq Scan" not in plan, f"{work.name}: {plan}"


@pytest.mark.django_db
def test_scraper_still_gets_what_is_known_without_the_broker(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "sesame"
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    told = figures(client)
    assert 'helpdesk_work_due{work="chats"}' in told
    assert not any(name.startswith("helpdesk_tasks_waiting") for name in told)


def figures(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"authorization": "Bearer sesame"})
    lines = (line.rpartition(" ") for line in answer.content.decode().splitlines() if line.startswith("helpdesk_"))
    return {name: float(value) for name, _, value in lines}
