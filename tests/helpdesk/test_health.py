"""The probes: alive, ready or not and why, figures behind a token."""

import pytest
from django.test import Client
from pytest_django import Settings

from helpdesk import health


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


def test_scraper_with_the_token_gets_figures(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "sesame"
    answer = client.get("/metrics", headers={"authorization": "Bearer sesame"})
    assert answer.status_code == 200
    assert b"python_info" in answer.content
