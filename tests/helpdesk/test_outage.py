"""When the database is away, people and programs are told to come back, and see no insides."""

import pytest
from django.db import OperationalError
from django.test import Client

from helpdesk.accounts import ClosedSignupAdapter


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def failing(problem: Exception) -> object:
    def fail(*args: object, **kwargs: object) -> None:
        raise problem

    return fail


def test_person_meets_a_database_that_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClosedSignupAdapter, "is_open_for_signup", failing(OperationalError("gone: secret-host")))
    answer = client.get("/accounts/signup/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Nothing is lost" in answer.text
    assert "secret-host" not in answer.text


def test_program_meets_a_database_that_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", failing(OperationalError("gone")))
    answer = client.get("/api/v1/tickets/", headers={"authorization": "Bearer hd_" + "x" * 40})
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 503


def test_person_meets_a_failure_and_sees_no_insides(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClosedSignupAdapter, "is_open_for_signup", failing(ValueError("insides")))
    answer = client.get("/accounts/signup/")
    assert answer.status_code == 500
    assert "insides" not in answer.text
    assert "Traceback" not in answer.text
