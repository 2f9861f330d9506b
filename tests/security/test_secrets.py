"""Secrets stay where they belong: not in the database's columns, in no log however talkative, in no answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from channels_in.base import ChannelError
from channels_in.telegram import api
from people.services.api_tokens import create_api_token
from tests.cast import Cast
from tests.portal.conftest import Browser
from tickets.models import Inbox

pytestmark = pytest.mark.django_db
TOKEN = "123456789:AAc4narySecretOfTheBot-Example"
PASSWORD = "c4nary-password-of-smtp"


@pytest.fixture
def bot(cast: Cast) -> Inbox:
    return Inbox.objects.create(
        kind="telegram", name="Bot", secrets={"token": TOKEN, "webhook_secret": "c4nary-webhook"},
        config={"api_base": "http://127.0.0.1:9"},
    )  # fmt: skip


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    cache.clear()
    with caplog.at_level(logging.DEBUG):
        for name in ("httpcore", "httpx", "django", "django.db.backends", "channels_in", "api", "portal"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield caplog
        for name in ("httpcore", "httpx", "django", "django.db.backends", "channels_in", "api", "portal"):
            logging.getLogger(name).setLevel(logging.NOTSET)


def test_thief_of_the_database_reads_no_secret(cast: Cast, bot: Inbox) -> None:
    cast.mail.secrets = {"smtp_password": PASSWORD}
    cast.mail.save()
    _, token = create_api_token(cast.ada)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            dump = cursor.fetchone()[0]
            for secret in (TOKEN, "c4nary-webhook", PASSWORD, token, "a-good-password-1"):
                assert secret not in dump, table


def test_logs_and_errors_name_no_bot_token(bot: Inbox, said: pytest.LogCaptureFixture, settings: Settings) -> None:
    for allowed in ([], ["127.0.0.0/8"]):
        settings.OUTGOING_HTTP_ALLOWED = allowed
        for work in (lambda: api.call(bot, "sendMessage", {"text": "x"}), lambda: api.download(bot, "file")):
            with pytest.raises(ChannelError) as refused:
                work()
            logging.getLogger("channels_in").error("It failed", exc_info=refused.value)
            assert TOKEN not in str(refused.value)
    assert "AAc4narySecret" not in said.text


def test_logs_name_no_password_and_no_token(cast: Cast, said: pytest.LogCaptureFixture) -> None:
    _, token = create_api_token(cast.ada)
    Client().post("/accounts/login/", {"login": cast.ana.email, "password": "c4nary-wrong-password"})
    Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/tickets/")
    Client(headers={"authorization": f"Bearer {token}x"}).get("/api/v1/tickets/")
    Client().post(f"/hooks/{cast.mail.token}/", b"{}", content_type="application/json")
    browser = Browser(cast.chat)
    browser.begin()
    browser.says("hello")
    for secret in ("c4nary-wrong-password", token, browser.token):
        assert secret not in said.text


def test_answers_show_no_stored_secret(cast: Cast, bot: Inbox) -> None:
    client = Client()
    client.force_login(cast.ada)
    for address in (f"/settings/inboxes/{bot.pk}/", "/settings/inboxes/", "/options/", "/api/v1/inboxes/"):
        assert b"c4nary" not in client.get(address).content.lower()
