"""Telegram through the running desk: a customer writes to the webhook, an agent answers, the bot says it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from people.models import Agent, Role
from tests.channels_in import telegram_updates as rosa
from tests.fakes.bot_api import TOKEN, BotApi, running_bot_api
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Inbox, Message
from tickets.selectors.outgoing import content_of
from tickets.services.messages import reply

pytestmark = pytest.mark.stack


@pytest.fixture
def api() -> Iterator[BotApi]:
    with running_bot_api() as running:
        yield running


def test_customer_and_agent_talk_through_the_running_desk(live_stack: Stack, api: BotApi) -> None:
    bot = Inbox.objects.create(
        kind="telegram",
        name="Bot",
        config={"api_base": api.base},
        secrets={"token": TOKEN, "webhook_secret": "story-secret"},
    )
    agent = Agent.objects.create_user("ana@desk.example", "a-good-password-1", name="Ana", role=Role.AGENT)
    api.files["large"] = b"\xff\xd8 lamp"

    def tell(body: bytes) -> int:
        request = Request(f"{live_stack.url}/hooks/{bot.token}/", body)
        request.add_header("Content-Type", "application/json")
        request.add_header("X-Telegram-Bot-Api-Secret-Token", "story-secret")
        with urlopen(request, timeout=30) as answer:
            return int(answer.status)

    assert tell(rosa.photo(41, caption="Is this the lamp?")) == 200
    poll_until(lambda: Message.objects.exists())
    received = Message.objects.get()
    assert received.text == "Is this the lamp?"
    (picture,) = received.attachments.all()
    assert content_of(picture) == b"\xff\xd8 lamp"

    answer = reply(received.ticket, text="Yes, it is.", actor=agent.as_actor())
    poll_until(lambda: api.texts() == ["Yes, it is."])
    poll_until(lambda: Message.objects.filter(pk=answer.pk, delivery="sent").exists())
