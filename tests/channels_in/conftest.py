"""Fixtures of the channels: a Telegram bot with a Bot API of its own, and customers who write to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.fakes.bot_api import TOKEN, BotApi, running_bot_api
from tickets.models import Inbox

WEBHOOK_SECRET = "tg-secret"  # the one that the recorded payloads carry


@pytest.fixture
def bot_api(settings: Settings) -> Iterator[BotApi]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with running_bot_api() as api:
        yield api


@pytest.fixture
def bot(db: None, bot_api: BotApi) -> Inbox:
    """A connected Telegram inbox."""
    return Inbox.objects.create(
        kind="telegram",
        name="Bot",
        address="@desk_bot",
        config={"api_base": bot_api.base},
        secrets={"token": TOKEN, "webhook_secret": WEBHOOK_SECRET},
    )
