"""An admin connects a bot: the form, the worker's task, the command."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from channels_in import tasks
from channels_in.models import PendingConnection
from channels_in.services import connecting, enqueue
from channels_in.telegram.adapter import TelegramConfig
from core.clock import now
from tests.cast import Cast
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.doors import knock
from tests.fakes.bot_api import TOKEN, BotApi
from tickets.models import Inbox
from tickets.services import inboxes

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(bot: Inbox) -> Inbox:
    """A Telegram inbox with a token that was never connected."""
    bot.secrets, bot.address = {"token": TOKEN}, ""
    bot.save()
    return bot


def test_worker_connects_the_bot_with_a_new_secret_and_learns_its_name(
    fresh: Inbox, bot_api: BotApi, settings: Settings
) -> None:
    settings.SITE_URL = "https://desk.example/"
    tasks.connect([fresh.pk])
    fresh.refresh_from_db()
    (call,) = bot_api.of("setWebhook")
    assert call.fields["url"] == f"https://desk.example/hooks/{fresh.token}/"
    assert call.fields["allowed_updates"] == ["message", "edited_message", "my_chat_member"]
    assert fresh.address == "@desk_bot"
    assert len(call.fields["secret_token"]) >= 40
    assert knock(fresh, rosa.text(1, "hi"), secret=call.fields["secret_token"]).status_code == 200
    tasks.connect([fresh.pk])
    assert knock(fresh, rosa.text(2, "hi"), secret=call.fields["secret_token"]).status_code == 403  # the old secret


def test_refused_token_switches_the_inbox_off_until_a_new_one_comes(fresh: Inbox) -> None:
    inboxes.configure(fresh, config={}, secrets={"token": "1:wrong"})
    tasks.connect([fresh.pk])
    fresh.refresh_from_db()
    refused = "Telegram refuses the bot's token. Enter a new one and connect the bot again."
    assert (fresh.is_active, fresh.disabled_reason) == (False, refused)
    inboxes.configure(fresh, config={}, secrets={"token": TOKEN})
    assert (fresh.is_active, fresh.disabled_reason) == (True, "")


def test_provider_that_is_away_is_asked_again_and_switches_nothing_off(fresh: Inbox, bot_api: BotApi) -> None:
    base = fresh.config["api_base"]
    inboxes.configure(fresh, config={"api_base": "http://127.0.0.1:9"}, secrets={})  # nobody listens there
    connecting.ask_to_connect(fresh)
    waits = []
    for _ in range(3):
        tasks.connect([fresh.pk])
        wish = PendingConnection.objects.get()
        waits.append((wish.due_at - now()).total_seconds())
        assert "cannot be reached" in wish.problem
        assert connecting.due_inbox_ids() == []
    assert waits[0] < waits[1] < waits[2]
    fresh.refresh_from_db()
    assert (fresh.is_active, fresh.disabled_reason) == (True, "")
    inboxes.configure(fresh, config={"api_base": base}, secrets={})
    PendingConnection.objects.update(due_at=now())
    assert connecting.due_inbox_ids() == [fresh.pk]
    tasks.connect([fresh.pk])
    assert not PendingConnection.objects.exists()
    assert len(bot_api.of("setWebhook")) == 1


def test_sweeper_asks_for_a_connection_whose_task_got_lost(fresh: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, queue: asked.append((name, args, queue)))
    connecting.ask_to_connect(fresh)  # the commit of this test never comes
    enqueue.forget(enqueue.CONNECT, fresh.pk)
    tasks.sweep_connections()
    assert asked == [(enqueue.CONNECT, [[fresh.pk]], "deliver")]


def test_task_for_an_inbox_that_is_gone_or_has_no_webhook_does_nothing(fresh: Inbox, bot_api: BotApi) -> None:
    tasks.connect([0])
    Inbox.objects.filter(pk=fresh.pk).update(kind="webchat")
    tasks.connect([fresh.pk])
    assert bot_api.calls == []


def test_command_names_the_inboxes_there_are(fresh: Inbox) -> None:
    with pytest.raises(CommandError, match=rf"there are: {fresh.pk} \(Bot\)"):
        call_command("connect_telegram", "--inbox", "0")
    out = StringIO()
    call_command("connect_telegram", "--inbox", str(fresh.pk), "--url", "https://desk.example", stdout=out)
    assert out.getvalue() == f"@desk_bot delivers to https://desk.example/hooks/{fresh.token}/\n"


def test_command_tells_a_refusal_in_one_sentence(fresh: Inbox) -> None:
    inboxes.configure(fresh, config={}, secrets={"token": "1:wrong"})
    with pytest.raises(CommandError, match=r"Telegram refuses the bot's token\."):
        call_command("connect_telegram", "--inbox", str(fresh.pk))


def test_form_keeps_the_secret_apart_and_an_empty_one_unchanged() -> None:
    form = TelegramConfig(data={"token": TOKEN, "api_base": "https://api.telegram.org"})
    assert form.is_valid()
    assert form.config() == {"api_base": "https://api.telegram.org"}
    assert form.secrets() == {"token": TOKEN}
    unchanged = TelegramConfig(data={"api_base": ""})
    assert unchanged.is_valid()
    assert unchanged.secrets() == {}


def test_form_says_what_a_token_looks_like() -> None:
    form = TelegramConfig(data={"token": "hello"})
    assert form.errors == {"token": ["A bot token looks like 123456789:AAExampleExampleExample."]}


@pytest.mark.parametrize(("who", "arrives"), [("mona", False), ("ada", True)])
def test_only_admins_say_where_the_token_is_sent(
    cast: Cast, bot: Inbox, client: Client, who: str, arrives: bool
) -> None:
    client.force_login(getattr(cast, who))
    fields = {"inbox-name": "Renamed", "inbox-is_active": "on", "channel-api_base": "https://elsewhere.example/"}
    before = bot.config["api_base"]
    answer = client.post(reverse("workspace:settings-inbox", args=[bot.pk]), fields)
    assert answer.status_code == 302
    bot.refresh_from_db()
    assert bot.name == "Renamed"
    assert bot.config["api_base"] == ("https://elsewhere.example/" if arrives else before)
    assert bot.secrets["token"] == TOKEN


def test_admin_enters_a_token_and_a_worker_is_asked_to_connect(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, queue: asked.append((name, args, queue)))
    client.force_login(cast.ada)
    fields = {"inbox-name": "Bot", "inbox-is_active": "on", "channel-token": TOKEN}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("workspace:settings-inbox-new", args=["telegram"]), fields)
    assert answer.status_code == 302
    made = Inbox.objects.get(kind="telegram")
    assert (enqueue.CONNECT, [[made.pk]], "deliver") in asked
