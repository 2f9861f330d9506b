"""The webhook door: the genuine is stored once, everything else leaves nothing behind."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from channels_in.models import InboundDelivery
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.conftest import WEBHOOK_SECRET
from tests.channels_in.doors import handle_all, knock
from tickets.models import Inbox, Message

pytestmark = pytest.mark.django_db


def test_genuine_update_is_stored_before_the_answer(bot: Inbox) -> None:
    body = rosa.text(41, "Hinge broke")
    assert knock(bot, body).status_code == 200
    row = InboundDelivery.objects.get()
    assert (bytes(row.raw), row.state, row.lane) == (body, "new", f"chat:{rosa.ROSA}")
    assert WEBHOOK_SECRET not in str(row.headers)


@pytest.mark.parametrize(("secret", "status"), [(None, 401), ("", 401), ("tg-secret-not", 403), ("tg-secreT", 403)])
def test_unsigned_or_forged_update_is_refused_and_not_stored(bot: Inbox, secret: str | None, status: int) -> None:
    assert knock(bot, rosa.text(41, "Hinge broke"), secret=secret).status_code == status
    assert not InboundDelivery.objects.exists()


def test_inbox_without_a_secret_refuses_everything(bot: Inbox) -> None:
    bot.secrets = {"token": "1:x"}
    bot.save()
    assert knock(bot, rosa.text(41, "Hinge broke"), secret="").status_code == 401
    assert knock(bot, rosa.text(41, "Hinge broke"), secret="anything").status_code == 403


def test_second_copy_gets_the_same_answer_and_makes_no_second_message(bot: Inbox) -> None:
    body = rosa.text(41, "Hinge broke")
    answers = [knock(bot, body) for _ in range(3)]
    handle_all()
    answers.append(knock(bot, body))
    handle_all()
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"ok\n")}
    assert Message.objects.count() == 1


def test_same_message_in_another_update_makes_no_second_message(bot: Inbox) -> None:
    knock(bot, rosa.text(41, "Hinge broke"))
    knock(bot, rosa.text(41, "Hinge broke"))
    handle_all()
    assert Message.objects.count() == 1
    assert set(InboundDelivery.objects.values_list("outcome", flat=True)) == {"created", "duplicate"}


@pytest.mark.parametrize("token", ["nosuchtoken", "a%00b", "a%20b", "%F0%9F%98%AD", "..", "x" * 2000])
def test_unknown_address_is_not_found(bot: Inbox, token: str) -> None:
    assert Client().post(f"/hooks/{token}/", b"{}", content_type="application/json").status_code == 404


def test_inbox_closed_by_a_person_takes_nothing_but_one_stopped_by_its_provider_does(bot: Inbox) -> None:
    Inbox.objects.filter(pk=bot.pk).update(is_active=False)
    assert knock(bot, rosa.text(41, "Hello?")).status_code == 404
    Inbox.objects.filter(pk=bot.pk).update(disabled_reason="Telegram refuses the bot's token.")
    assert knock(bot, rosa.text(41, "Hello?")).status_code == 200


def test_kind_without_webhooks_is_not_found(bot: Inbox) -> None:
    Inbox.objects.filter(pk=bot.pk).update(kind="webchat")
    assert knock(bot, rosa.text(41, "Hello?")).status_code == 404


def test_oversize_body_is_refused_with_the_limit_named(bot: Inbox) -> None:
    answer = knock(bot, b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert b"1,048,576" in answer.content
    assert not InboundDelivery.objects.exists()


def test_get_is_not_a_delivery(bot: Inbox) -> None:
    assert Client().get(f"/hooks/{bot.token}/").status_code == 405


def test_provider_is_asked_to_try_again_while_the_database_is_away(bot: Inbox) -> None:
    with mock.patch("channels_in.views.accept", side_effect=OperationalError("gone")):
        answer = knock(bot, rosa.text(41, "Hinge broke"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"


def test_guesser_is_slowed_down_and_the_provider_is_not(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels_in.views.is_within", lambda limit, subject: False)
    assert knock(bot, rosa.text(41, "Hello?"), secret="guess").status_code == 429
    assert knock(bot, rosa.text(41, "Hello?")).status_code == 200


def test_nonsense_with_the_right_secret_is_kept_for_people(bot: Inbox) -> None:
    for body in (b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"update_id": 1e400}', b"[" * 5000):
        assert knock(bot, body).status_code == 200
    assert InboundDelivery.objects.count() == 7
