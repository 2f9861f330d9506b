"""The login door: no sign-up, throttled by person and address, honest about where people come from."""

import pytest
from django.core.cache import caches
from django.test import Client
from django.test.client import RequestFactory
from pytest_django import Settings

from helpdesk.accounts import client_ip
from helpdesk.cache import ForgivingRedisCache
from people.models import Agent

LOGIN = "/accounts/login/"
PASSWORD = "a-good-password-1"
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def agent(db: None, settings: Settings) -> Agent:
    settings.AXES_FAILURE_LIMIT = 3
    caches["default"].clear()
    return Agent.objects.create_user("ana@desk.example", PASSWORD, name="Ana")


def log_in(client: Client, password: str, *, address: str = HERE) -> int:
    answer = client.post(LOGIN, {"login": "ana@desk.example", "password": password}, REMOTE_ADDR=address)
    return answer.status_code


def test_agent_logs_in_by_address_and_password(client: Client, agent: Agent) -> None:
    assert log_in(client, PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(agent.pk)


def test_stranger_cannot_sign_up(client: Client, agent: Agent) -> None:
    values = {"email": "eve@evil.example", "password1": "another-password-1"}
    client.post("/accounts/signup/", values)
    assert not Agent.objects.filter(email="eve@evil.example").exists()


def test_guesser_is_stopped_and_the_agent_elsewhere_is_not(client: Client, agent: Agent) -> None:
    for _ in range(3):
        log_in(client, "wrong", address=HERE)
    assert log_in(client, PASSWORD, address=HERE) == 429
    assert log_in(client, PASSWORD, address=THERE) == 302


def test_login_works_while_the_cache_is_away(client: Client, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    away = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", away)
    assert log_in(client, "wrong") == 200
    assert log_in(client, PASSWORD) == 302


def test_only_our_proxies_name_the_address_of_a_person(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.7")
    assert client_ip(request) == "203.0.113.7"
    spoofed = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert client_ip(spoofed) == "203.0.113.9"


def test_cache_that_is_away_is_an_empty_cache() -> None:
    away = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    away.set("word", "value", 5)
    assert away.get("word", "nothing") == "nothing"
    assert away.add("word", "value")
    assert not away.delete("word")
    assert away.get_many(["word"]) == {}


def test_cache_keeps_what_json_can_say_and_counts() -> None:
    cache = caches["default"]
    cache.set("list", [1, "two", None])
    cache.set("count", 1)
    assert cache.get("list") == [1, "two", None]
    assert cache.incr("count") == 2
