"""The SMTP door over a real socket: 250 after the commit, every refusal with its code, and nothing smuggled."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator

import pytest
from django.db import OperationalError
from pytest_django import Settings

from channels_in.email import smtp
from channels_in.email.smtp import DoorServer
from channels_in.models import InboundDelivery
from tests.channels_in.email.conftest import ADDRESS
from tests.channels_in.email.samples import mail, with_crlf
from tests.waiting import poll_until
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(door: DoorServer, inbox: Inbox) -> Iterator[smtplib.SMTP]:
    session = smtplib.SMTP("127.0.0.1", door.port, timeout=30)
    yield session
    session.close()


def test_a_mail_is_committed_before_250(client: smtplib.SMTP) -> None:
    raw = with_crlf(mail("Hello\n"))
    assert client.sendmail("rosa@example.net", [ADDRESS], raw) == {}
    row = InboundDelivery.objects.get()
    assert bytes(row.raw) == raw
    assert (row.headers["mail_from"], row.headers["rcpt_to"]) == ("rosa@example.net", ADDRESS)
    assert row.state == "new"


def test_a_second_copy_is_accepted_and_changes_nothing(client: smtplib.SMTP) -> None:
    for _ in range(2):
        client.sendmail("rosa@example.net", [ADDRESS, "help+x@desk.example"], with_crlf(mail("Hello")))
    assert InboundDelivery.objects.count() == 1


def test_two_inboxes_get_one_delivery_each(client: smtplib.SMTP) -> None:
    Inbox.objects.create(kind="email", name="Sales", address="sales@desk.example")
    client.sendmail("rosa@example.net", [ADDRESS, "sales@desk.example"], with_crlf(mail("Hello")))
    assert InboundDelivery.objects.values("inbox").distinct().count() == 2


def test_unknown_recipients_are_refused_at_once(client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("rosa@example.net", ["nobody@desk.example"], b"x\r\n")
    assert refused.value.recipients["nobody@desk.example"][0] == 550


def test_a_switched_off_inbox_asks_to_try_later(client: smtplib.SMTP, inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(is_active=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("rosa@example.net", [ADDRESS], b"x\r\n")
    assert refused.value.recipients[ADDRESS][0] == 450


def test_the_size_limit_is_announced_and_enforced(client: smtplib.SMTP, door: DoorServer) -> None:
    client.ehlo()
    assert int(client.esmtp_features["size"]) == door.max_bytes
    with pytest.raises(smtplib.SMTPSenderRefused) as early:
        client.sendmail("rosa@example.net", [ADDRESS], b"x" * (door.max_bytes + 1))
    assert early.value.smtp_code == 552
    assert f"{door.max_bytes:,}".encode() in bytes(early.value.smtp_error)
    client.rset()
    client.mail("rosa@example.net")
    client.rcpt(ADDRESS)
    code, words = client.data((b"x" * 70 + b"\r\n") * (door.max_bytes // 60))
    assert (code, f"{door.max_bytes:,}".encode() in words) == (552, True)
    assert not InboundDelivery.objects.exists()


def test_a_sick_database_means_451_and_the_sender_keeps_the_mail(
    client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(smtp, "take_in", broken)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("rosa@example.net", [ADDRESS], with_crlf(mail()))
    assert refused.value.smtp_code == 451
    monkeypatch.undo()
    client.sendmail("rosa@example.net", [ADDRESS], with_crlf(mail()))
    assert InboundDelivery.objects.count() == 1


def test_no_second_mail_can_be_smuggled_in(door: DoorServer, inbox: Inbox) -> None:
    for ending in (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n"):
        smuggle(door.port, ending)
    assert not InboundDelivery.objects.filter(headers__mail_from="evil@x.y").exists()
    assert all(bytes(row.raw).startswith(b"From: a@b.c") for row in InboundDelivery.objects.all())


def smuggle(port: int, ending: bytes) -> None:
    """What a careless relay would pass on: an end of data that only some servers take for one."""
    second = b"MAIL FROM:<evil@x.y>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
        reader = raw.makefile("rb")
        assert reader.readline().startswith(b"220")
        for line in (b"HELO x", b"MAIL FROM:<a@b.c>", b"RCPT TO:<help@desk.example>", b"DATA"):
            raw.sendall(line + b"\r\n")
            assert reader.readline()[:3] in (b"250", b"354")
        raw.sendall(b"From: a@b.c\r\nSubject: one\r\n\r\nfirst" + ending + second + b"\r\n.\r\n")
        reader.readline()
        raw.sendall(b"QUIT\r\n")
        reader.read()


def test_bare_line_feeds_are_refused(door: DoorServer, inbox: Inbox) -> None:
    with smtplib.SMTP("127.0.0.1", door.port, timeout=30) as session:
        session.helo()
        session.mail("a@b.c")
        session.rcpt(ADDRESS)
        code, _ = session.docmd("DATA")
        assert code == 354
        session.send(b"Subject: x\n\nbare\r\n.\r\n")
        assert session.getreply()[0] == 554
    assert not InboundDelivery.objects.exists()


def test_long_lines_and_eight_bit_bytes_are_taken(client: smtplib.SMTP) -> None:
    raw = with_crlf(mail("é" * 5_000 + "\n"))
    client.sendmail("rosa@example.net", [ADDRESS], raw, mail_options=["BODY=8BITMIME"])
    assert bytes(InboundDelivery.objects.get().raw) == raw


def test_bounces_with_an_empty_sender_are_taken(client: smtplib.SMTP) -> None:
    client.sendmail("", [ADDRESS], with_crlf(mail()))
    assert InboundDelivery.objects.get().headers["mail_from"] == "<>"


def test_too_many_sessions_are_asked_to_wait(door: DoorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MAX_SESSIONS", smtp.MailDoor.open_sessions)
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", door.port, timeout=30)
    assert refused.value.smtp_code == 421


def test_one_server_does_not_take_the_door_from_all_others(
    door: DoorServer, client: smtplib.SMTP, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels_in.email.door_limits.MAX_SESSIONS_PER_PEER", 1)
    settings.MAIL_IN_RELAYS = []
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", door.port, timeout=30)
    assert refused.value.smtp_code == 421
    settings.MAIL_IN_RELAYS = ["127.0.0.1"]
    smtplib.SMTP("127.0.0.1", door.port, timeout=30).quit()
    settings.MAIL_IN_RELAYS = []
    client.quit()
    poll_until(lambda: not smtp.MailDoor.sessions_of)
    smtplib.SMTP("127.0.0.1", door.port, timeout=30).quit()


def test_who_guesses_addresses_gets_no_further_answers(client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MAX_UNKNOWN", 3)
    client.ehlo()
    client.mail("rosa@example.net")
    assert [client.rcpt(f"guess-{number}@desk.example")[0] for number in range(3)] == [550] * 3
    assert client.rcpt(ADDRESS)[0] == 452


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(door: DoorServer, inbox: Inbox) -> None:
    raw = socket.create_connection(("127.0.0.1", door.port), timeout=30)
    raw.sendall(b"HELO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\nSubject: half")
    raw.close()
    with smtplib.SMTP("127.0.0.1", door.port, timeout=30) as session:
        session.sendmail("a@b.c", [ADDRESS], with_crlf(mail()))
    assert InboundDelivery.objects.count() == 1
