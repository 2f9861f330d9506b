"""The LMTP door: an answer for each recipient after the commit. STARTTLS. Real mail servers in front of both doors."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from pytest_django import Settings

from channels_in.email import smtp
from channels_in.email.door import Mail, take_in
from channels_in.email.smtp import DoorServer, LmtpDoor, door_certificate, mail_handler
from channels_in.models import InboundDelivery
from channels_in.services.accept import Accepted
from tests.channels_in.email.conftest import ADDRESS, serving
from tests.channels_in.email.samples import mail, with_crlf
from tests.peers.certificates import Certificate, certificate
from tests.peers.ports import program
from tests.peers.postfix import postfix
from tests.waiting import poll_until
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)
SALES = "sales@desk.example"


@pytest.fixture
def own_certificate(tmp_path: Path, settings: Settings) -> Certificate:
    found = certificate(tmp_path)
    settings.MAIL_IN_TLS_CERT, settings.MAIL_IN_TLS_KEY = str(found.cert), str(found.key)
    return found


@pytest.fixture
def lmtp_door(transactional_db: None) -> Iterator[DoorServer]:
    handler = mail_handler()
    with serving(handler, max_bytes=200_000, speaks=LmtpDoor) as server:
        yield server
    handler.close()


@pytest.fixture
def both(inbox: Inbox) -> list[str]:
    Inbox.objects.create(kind="email", name="Sales", address=SALES)
    return [ADDRESS, SALES]


def lmtp(door: DoorServer) -> smtplib.LMTP:
    return smtplib.LMTP("127.0.0.1", door.port)


def test_each_recipient_is_answered_after_the_commit(lmtp_door: DoorServer, both: list[str]) -> None:
    answers = data_answers(lmtp_door, both, with_crlf(mail()))
    assert [answer[:3] for answer in answers] == ["250", "250"]
    rows = InboundDelivery.objects.order_by("id")
    assert [(row.headers["mail_from"], row.headers["rcpt_to"]) for row in rows] == [
        ("rosa@example.net", ADDRESS),
        ("rosa@example.net", SALES),
    ]


def test_trouble_with_one_inbox_does_not_hold_up_the_other(
    lmtp_door: DoorServer, both: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sick_for_sales(inbox: Inbox, letter: Mail) -> Accepted:
        if inbox.address == SALES:
            raise OperationalError("no room left")
        return take_in(inbox, letter)

    monkeypatch.setattr(smtp, "take_in", sick_for_sales)
    answers = data_answers(lmtp_door, both, with_crlf(mail()))
    assert [answer[:3] for answer in answers] == ["250", "451"]
    assert InboundDelivery.objects.get().headers["rcpt_to"] == ADDRESS


def test_every_refusal_of_the_content_is_told_to_each_recipient(lmtp_door: DoorServer, both: list[str]) -> None:
    assert [answer[:3] for answer in data_answers(lmtp_door, both, b"Subject: x\n\nbare\r\n")] == ["554", "554"]
    too_much = (b"x" * 70 + b"\r\n") * 4_000
    assert [answer[:10] for answer in data_answers(lmtp_door, both, too_much)] == ["552 5.3.4 ", "552 5.3.4 "]
    assert not InboundDelivery.objects.exists()


def test_unknown_recipients_and_smtp_greetings_are_refused(lmtp_door: DoorServer, inbox: Inbox) -> None:
    with lmtp(lmtp_door) as session:
        refused = session.sendmail("rosa@example.net", [ADDRESS, "nobody@desk.example"], with_crlf(mail()))
        assert refused["nobody@desk.example"][0] == 550
        assert session.docmd("EHLO x")[0] == 500
    assert InboundDelivery.objects.count() == 1


def test_starttls_is_offered_with_a_certificate(
    transactional_db: None, inbox: Inbox, own_certificate: Certificate
) -> None:
    handler = mail_handler()
    with serving(handler, max_bytes=200_000, tls=door_certificate()) as door:
        before = smtp.MailDoor.open_sessions
        with smtplib.SMTP("localhost", door.port, timeout=30) as session:
            session.starttls(context=ssl.create_default_context(cafile=str(own_certificate.cert)))
            session.sendmail("rosa@example.net", [ADDRESS], with_crlf(mail()))
            assert smtp.MailDoor.open_sessions == before + 1
        poll_until(lambda: smtp.MailDoor.open_sessions == before)
    handler.close()
    assert InboundDelivery.objects.count() == 1


def test_without_a_certificate_there_is_no_starttls(door: DoorServer) -> None:
    with smtplib.SMTP("127.0.0.1", door.port, timeout=30) as session:
        session.ehlo()
        assert not session.has_extn("starttls")


@pytest.mark.slow
@pytest.mark.parametrize("speaks", ["lmtp", "smtp"])
def test_a_real_postfix_in_front_hands_every_mail_over(transactional_db: None, both: list[str], speaks: str) -> None:
    """As docs/channels/email.md shows it; what the desk cannot take now, Postfix keeps and brings again."""
    handler = mail_handler()
    options = {"speaks": LmtpDoor} if speaks == "lmtp" else {}
    with (
        serving(handler, max_bytes=200_000, **options) as door,
        postfix(f"{speaks}:{'inet:127.0.0.1:' if speaks == 'lmtp' else '[127.0.0.1]:'}{door.port}") as border,
    ):
        Inbox.objects.filter(address=SALES).update(is_active=False)
        with smtplib.SMTP("127.0.0.1", border.port, timeout=30) as session:
            session.sendmail("rosa@example.net", [*both, "help+r5.x@desk.example"], with_crlf(mail()))
        poll_until(lambda: InboundDelivery.objects.count() == 1, 20)
        Inbox.objects.filter(address=SALES).update(is_active=True)
        border.flush()
        poll_until(lambda: InboundDelivery.objects.count() == 2, 30)
        assert set(InboundDelivery.objects.values_list("headers__mail_from", flat=True)) == {"rosa@example.net"}
    handler.close()


def test_swaks_is_satisfied_with_the_door(door: DoorServer, inbox: Inbox) -> None:
    command = [program("swaks", "swaks"), "--server", "127.0.0.1", "--port", str(door.port), "--silent", "1"]
    run = subprocess.run(
        [*command, "--from", "rosa@example.net", "--to", ADDRESS, "--header", "Subject: Swaks", "--body", "Hello"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert b"Subject: Swaks" in bytes(InboundDelivery.objects.get().raw)


def data_answers(door: DoorServer, recipients: list[str], content: bytes) -> list[str]:
    """The answers after the final dot, one for each recipient."""
    with lmtp(door) as session:
        session.ehlo()
        session.mail("rosa@example.net")
        for address in recipients:
            session.rcpt(address)
        assert session.docmd("DATA")[0] == 354
        session.send(content + (b"" if content.endswith(b"\n") else b"\r\n") + b".\r\n")
        replies = [session.getreply() for _ in recipients]
        return [f"{code} {words.decode()}" for code, words in replies]
