"""What leaves for Telegram, and what Telegram says about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_in.models import OutboundAttempt
from channels_in.services.deliver import deliver
from channels_in.telegram.send import split
from core.clock import now
from people.models import Agent, Identity
from tests.cast import Cast
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.doors import says
from tests.fakes.bot_api import BotApi, Refusal
from tickets.models import Delivery, Inbox, Message, Ticket
from tickets.services.files import upload
from tickets.services.messages import reply, try_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(bot: Inbox) -> Ticket:
    says(bot, rosa.text(41, "Hinge broke"))
    return Ticket.objects.get()


def answer(ticket: Ticket, cast: Cast, text: str = "We send a new one.", **more: object) -> Message:
    message = reply(ticket, text=text, actor=cast.ana.as_actor(), **more)  # type: ignore[arg-type]  # named in tests
    return attempt(message)


def attempt(message: Message) -> Message:
    """A worker takes it up, whatever pause it has."""
    Message.objects.filter(pk=message.pk, next_attempt_at__isnull=False).update(next_attempt_at="2020-01-01T00:00Z")
    deliver([message.pk])
    message.refresh_from_db()
    return message


def a_file(agent: Agent, name: str, content_type: str, content: bytes = b"bytes") -> object:
    return upload(content, name=name, content_type=content_type, agent=agent).pk


def test_reply_reaches_the_customer_as_an_answer(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    message = answer(ticket, cast)
    (call,) = bot_api.of("sendMessage")
    assert (call.fields["chat_id"], call.fields["text"]) == (rosa.ROSA, "We send a new one.")
    assert call.fields["reply_parameters"] == {"message_id": 41, "allow_sending_without_reply": True}
    assert "parse_mode" not in call.fields
    assert message.delivery == Delivery.SENT
    assert message.external_id.startswith("5550001:90")


def test_files_leave_as_photo_and_document(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    files = [
        a_file(cast.ana, "a.png", "image/png", b"png"),
        a_file(cast.ana, "Übersicht.pdf", "application/pdf", b"pdf"),
    ]
    answer(ticket, cast, attachments=files)
    assert bot_api.of("sendPhoto")[0].files == {"photo": ("a.png", b"png")}
    assert bot_api.of("sendDocument")[0].files == {"document": ("Übersicht.pdf", b"pdf")}
    assert bot_api.of("sendDocument")[0].fields == {"chat_id": "5550001"}


def test_flood_limit_is_obeyed_to_the_second(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    bot_api.next["sendMessage"] = [Refusal(429, "Too Many Requests: retry after 14", retry_after=14)]
    began = now()
    message = answer(ticket, cast)
    assert (message.delivery, message.failure) == (Delivery.RETRYING, "Telegram asks to send more slowly.")
    (tried,) = OutboundAttempt.objects.filter(message=message)
    assert tried.finished_at is not None
    assert message.next_attempt_at is not None
    assert began <= message.next_attempt_at - timedelta(seconds=14) <= now()
    assert attempt(message).delivery == Delivery.SENT
    assert bot_api.texts() == ["We send a new one."]


def test_blocked_bot_fails_with_a_sentence_and_the_composer_knows(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    bot_api.blocked.add(str(rosa.ROSA))
    message = answer(ticket, cast)
    assert (message.delivery, message.failure) == (
        Delivery.FAILED,
        "The customer has blocked the bot on Telegram.",
    )
    assert Identity.objects.get(kind="telegram").unreachable_at is not None


@pytest.mark.parametrize(
    ("refusal", "delivery", "words"),
    [
        (Refusal(500, "Internal Server Error"), Delivery.RETRYING, "out of order"),
        (Refusal(400, "Bad Request: chat not found"), Delivery.FAILED, "does not know this chat"),
        (Refusal(400, "Bad Request: message text is empty"), Delivery.FAILED, "message text is empty"),
        (Refusal(413, "Request Entity Too Large"), Delivery.FAILED, "too large"),
        (Refusal(403, "Forbidden: user is deactivated"), Delivery.FAILED, "does not exist any more"),
        (
            Refusal(403, "Forbidden: bot can't initiate conversation with a user"),
            Delivery.FAILED,
            "not started the bot",
        ),
        (Refusal(cut=True), Delivery.UNCERTAIN, "may or may not have arrived"),
    ],
)
def test_refusal_becomes_a_state_and_a_sentence(
    ticket: Ticket, cast: Cast, bot_api: BotApi, refusal: Refusal, delivery: Delivery, words: str
) -> None:
    bot_api.next["sendMessage"] = [refusal]
    message = answer(ticket, cast)
    assert message.delivery == delivery
    assert words in message.failure


def test_bad_token_stops_the_inbox_once_and_says_why(ticket: Ticket, cast: Cast, bot: Inbox) -> None:
    Inbox.objects.filter(pk=bot.pk).update(secrets=bot.secrets | {"token": "1:wrong"})
    message = answer(ticket, cast)
    bot.refresh_from_db()
    assert (bot.is_active, message.delivery) == (False, Delivery.FAILED)
    assert bot.disabled_reason == "Telegram refuses the bot's token. Enter a new one and connect the bot again."


def test_server_that_is_away_is_tried_again(ticket: Ticket, cast: Cast, bot: Inbox) -> None:
    Inbox.objects.filter(pk=bot.pk).update(config={"api_base": "http://127.0.0.1:1"})
    message = answer(ticket, cast)
    assert (message.delivery, message.failure) == (Delivery.RETRYING, "Telegram cannot be reached at the moment.")


def test_what_may_have_arrived_is_sent_again_only_by_a_person(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    bot_api.next["sendMessage"] = [Refusal(cut=True)]
    message = answer(ticket, cast)
    assert attempt(message).delivery == Delivery.UNCERTAIN
    assert len(bot_api.texts()) == 1
    try_again(message, actor=cast.ana.as_actor())
    assert attempt(message).delivery == Delivery.SENT
    assert len(bot_api.texts()) == 2


def test_long_text_goes_in_parts_and_only_missing_ones_go_again(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    text = "\n".join(f"line {number} " + "x" * 90 for number in range(100))
    bot_api.next["sendMessage"] = [None, Refusal(429, "slow", retry_after=1)]
    message = answer(ticket, cast, text)
    assert message.delivery == Delivery.RETRYING
    assert attempt(message).delivery == Delivery.SENT
    assert "\n".join(bot_api.texts()) == text
    assert OutboundAttempt.objects.filter(message=message).count() == 2


def test_replies_leave_in_the_order_they_were_written(ticket: Ticket, cast: Cast, bot_api: BotApi) -> None:
    bot_api.next["sendMessage"] = [Refusal(429, "slow", retry_after=30)]
    first = answer(ticket, cast, "first")
    second = answer(ticket, cast, "second")
    assert (first.delivery, second.delivery) == (Delivery.RETRYING, Delivery.QUEUED)
    attempt(first)
    second.refresh_from_db()
    assert second.delivery == Delivery.SENT  # it follows at once
    assert bot_api.texts() == ["first", "second"]


@given(st.text(min_size=1, max_size=400, alphabet="ab \n😀"), st.integers(min_value=2, max_value=50))
def test_split_keeps_every_word_within_the_limit(text: str, units: int) -> None:
    pieces = split(text, units)
    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= units for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
