"""The SMTP door asks servers and senders to wait when they hand over too much, over a real socket."""

from __future__ import annotations

import smtplib

import pytest
from pytest_django import Settings

from channels_in.email import door_limits
from channels_in.email.door import Mail, take_in
from channels_in.email.door_limits import PEER_IS_OVER, SENDER_IS_OVER, is_relay
from channels_in.email.smtp import DoorServer
from channels_in.models import InboundDelivery
from core.ids import new_uuid
from tests.channels_in.email.conftest import ADDRESS
from tests.channels_in.email.samples import mail, with_crlf
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


def somebody() -> str:
    return f"{new_uuid()}@example.net"


def hand_over(door: DoorServer, sender: str) -> None:
    raw = with_crlf(mail(message_id=f"<{somebody()}>"))
    with smtplib.SMTP("127.0.0.1", door.port, timeout=30) as session:
        session.sendmail(sender, [ADDRESS], raw)


def asked_to_wait(door: DoorServer, sender: str) -> str:
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        hand_over(door, sender)
    return f"{refused.value.smtp_code} {bytes(refused.value.smtp_error).decode()}"


def test_a_sender_over_the_limit_is_asked_to_wait_and_others_are_not(
    door: DoorServer, inbox: Inbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_limits, "WINDOW_SECONDS", 24 * 3600)  # no minute ends in the middle
    settings.MAIL_IN_PER_SENDER = 2
    rosa = somebody()
    for _ in range(2):
        hand_over(door, rosa)
    assert asked_to_wait(door, rosa.upper()) == SENDER_IS_OVER
    hand_over(door, somebody())
    assert InboundDelivery.objects.count() == 3


def test_a_server_over_the_limit_is_asked_to_wait(door: DoorServer, inbox: Inbox, settings: Settings) -> None:
    settings.MAIL_IN_RELAYS, settings.MAIL_IN_PER_PEER = [], 0
    hand_over(door, somebody())  # no limit at all
    settings.MAIL_IN_PER_PEER = 1
    answers = []
    for _ in range(3):  # the minute may end in between once
        try:
            hand_over(door, somebody())
        except smtplib.SMTPSenderRefused as refused:
            answers.append(f"{refused.smtp_code} {bytes(refused.smtp_error).decode()}")
    assert PEER_IS_OVER in answers


def test_the_operators_own_relays_are_not_counted_as_servers(
    door: DoorServer, inbox: Inbox, settings: Settings
) -> None:
    settings.MAIL_IN_RELAYS, settings.MAIL_IN_PER_PEER = ["127.0.0.0/8"], 1
    for _ in range(4):
        hand_over(door, somebody())
    assert InboundDelivery.objects.count() == 4


def test_bounces_have_no_sender_to_be_counted(door: DoorServer, inbox: Inbox, settings: Settings) -> None:
    settings.MAIL_IN_PER_SENDER = 1
    for _ in range(3):
        hand_over(door, "")
    assert InboundDelivery.objects.count() == 3


def test_mail_that_is_fetched_is_not_limited(inbox: Inbox, settings: Settings) -> None:
    settings.MAIL_IN_PER_SENDER = 1
    for number in range(3):
        take_in(inbox, Mail(raw=mail(message_id=f"<{number}@x.y>"), mail_from="rosa@example.net"), is_enqueued=False)
    assert InboundDelivery.objects.count() == 3


def test_relays_are_named_by_address_or_network() -> None:
    assert is_relay("10.1.2.3", ["10.0.0.0/8"])
    assert is_relay("::ffff:10.1.2.3", ["10.1.2.3"])
    assert is_relay("", [])  # a unix socket
    assert not is_relay("11.1.2.3", ["10.0.0.0/8", "::1"])
