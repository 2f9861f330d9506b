"""The doors of accounts: nothing to read in a stolen database, no mail to strangers, no way to another site."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.cast import Cast

pytestmark = pytest.mark.django_db
PASSWORD = "a-good-password-1"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def test_thief_of_the_database_reads_no_second_factor(cast: Cast) -> None:
    secret = generate_totp_secret()
    stored = TOTP.activate(cast.ada, secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert secret not in cursor.fetchone()[0]
    assert stored.instance.wrap().instance.data["secret"] != secret


def test_stranger_cannot_make_the_desk_write_to_anybody(client: Client, cast: Cast) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "victim@elsewhere.example"})
    assert answer.status_code == 302
    assert mail.outbox == []


def test_stranger_cannot_flood_an_agent_with_reset_mails(cast: Cast) -> None:
    for n in range(12):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/accounts/password/reset/", {"email": cast.ana.email})
    assert 1 <= len(mail.outbox) <= 5
    assert {letter.extra_headers["Auto-Submitted"] for letter in mail.outbox} == {"auto-generated"}


def test_reset_link_names_no_foreign_host(client: Client, cast: Cast, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["desk.example"]
    client.post("/accounts/password/reset/", {"email": cast.ana.email}, headers={"host": "desk.example"})
    refused = client.post("/accounts/password/reset/", {"email": cast.ana.email}, headers={"host": "evil.example"})
    forwarded = {"host": "desk.example", "x-forwarded-host": "evil.example"}
    client.post("/accounts/password/reset/", {"email": cast.ana.email}, headers=forwarded)
    assert refused.status_code == 400
    assert mail.outbox
    assert not [message for message in mail.outbox if "evil.example" in str(message.message())]


@pytest.mark.parametrize(
    "target",
    ["//evil.example", r"\\evil.example", "/\\evil.example", "/%09/evil.example", "https:evil.example",
     "///evil.example", "https://evil.example/", "javascript:alert(1)", "/\t/evil.example", "http:///evil.example"],
)  # fmt: skip
def test_login_leads_to_no_other_site(cast: Cast, target: str) -> None:
    client = Client()
    answer = client.post(
        "/accounts/login/",
        {"login": cast.ana.email, "password": PASSWORD, "next": target},
        query_params={"next": target},
    )
    assert answer.status_code == 302
    assert answer["Location"] in ("/", "/%09/evil.example"), "a path of our own at most"


@pytest.mark.parametrize("address", ["//evil.example/tickets/", "/\\evil.example/", "//evil.example//"])
def test_stranger_is_sent_to_our_own_door(client: Client, address: str) -> None:
    location = client.get(address).headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_session_of_before_the_login_is_worth_nothing_after(cast: Cast) -> None:
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.post("/accounts/login/", {"login": cast.ana.email, "password": PASSWORD})
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sessionid"] = str(before)
    assert planted.get("/tickets/").status_code == 302


def test_figures_are_for_this_machine_alone_without_a_token(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 401
    behind_a_proxy = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "203.0.113.9"})
    assert behind_a_proxy.get("/metrics").status_code == 401
