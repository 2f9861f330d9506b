"""The checklist of an inbox's settings page: each check against a real peer, its finding in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from channels_in.checks import Check, Finding, Mark
from channels_in.email.door import Mail, take_in
from channels_in.email.settings import dns_checks
from channels_in.email.smtp import LmtpDoor, mail_handler
from channels_in.models import InboundDelivery, InboxCheck
from channels_in.selectors.checks import CheckLine, checklist
from channels_in.services import checking
from channels_in.services.process import process
from core import dns
from core.clock import now
from tests.cast import Cast
from tests.channels_in.email.conftest import ADDRESS, FakeServer, serving
from tests.fakes.names import NameServer, name_server
from tests.peers.postfix import postfix
from tests.waiting import poll_until
from tickets.models import Inbox, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(settings: Settings) -> Iterator[NameServer]:
    with name_server() as server:
        settings.DNS_SERVERS, settings.DNS_TIMEOUT_SECONDS = [server.address], 0.5
        yield server
    dns.forget()


def tried(inbox: Inbox, name: str) -> CheckLine:
    """As the page and a worker do it."""
    checking.ask_for_checks(inbox, name=name)
    checking.run(InboxCheck.objects.get(inbox=inbox, name=name).pk)
    return next(line for line in checklist(inbox) if line.check.name == name)


def found(line: CheckLine) -> Finding:
    assert line.finding is not None
    return line.finding


@pytest.mark.parametrize(
    ("record", "mark", "words"),
    [
        ("v=spf1 mx -all", Mark.OK, "names who may send"),
        ("v=spf1 +all", Mark.BAD, "everybody"),
        ("v=spf1 mx all", Mark.BAD, "everybody"),
        ("other text", Mark.BAD, "names no servers"),
    ],
)
def test_spf_is_judged(inbox: Inbox, names: NameServer, record: str, mark: Mark, words: str) -> None:
    names.txt("desk.example", record)
    finding = found(tried(inbox, "spf"))
    assert (finding.mark, words in finding.sentence) == (mark, True), finding


def test_two_spf_records_are_none(inbox: Inbox, names: NameServer) -> None:
    names.records["desk.example", "TXT"] = ['"v=spf1 mx ~all"', '"v=spf1 a ~all"']
    assert "2 SPF records" in found(tried(inbox, "spf")).sentence


def test_spf_should_name_the_provider(inbox: Inbox, names: NameServer) -> None:
    names.txt("desk.example", "v=spf1 mx ~all")
    inbox.config = {"provider": "mailgun"}
    finding = dns_checks.SPF.run(inbox)
    assert (finding.mark, finding.advice) == (Mark.WARNING, "Add include:mailgun.org to it.")


def test_dkim_key_is_found_by_its_selector_or_a_usual_one(inbox: Inbox, names: NameServer) -> None:
    assert found(tried(inbox, "dkim")).mark is Mark.WARNING
    names.txt("s1._domainkey.desk.example", "v=DKIM1; k=rsa; p=MIGfMA0")
    assert "named “s1”" in found(tried(inbox, "dkim")).sentence
    Inbox.objects.filter(pk=inbox.pk).update(config={"dkim_selector": "own"})
    inbox.refresh_from_db()
    assert found(tried(inbox, "dkim")).mark is Mark.BAD
    names.txt("own._domainkey.desk.example", "v=DKIM1; p=")
    assert "withdrawn" in found(tried(inbox, "dkim")).sentence


@pytest.mark.parametrize(
    ("record", "mark", "words"),
    [
        ("v=DMARC1; p=reject", Mark.OK, "refuse"),
        ("v=DMARC1; p=none; rua=mailto:x@desk.example", Mark.OK, "watch only"),
        ("v=DMARC1; sp=none", Mark.BAD, "no policy"),
        ("", Mark.WARNING, "does not say"),
    ],
)
def test_dmarc_is_judged(inbox: Inbox, names: NameServer, record: str, mark: Mark, words: str) -> None:
    if record:
        names.txt("_dmarc.desk.example", record)
    finding = found(tried(inbox, "dmarc"))
    assert (finding.mark, words in finding.sentence) == (mark, True), finding


def test_silent_name_server_is_no_verdict(inbox: Inbox, names: NameServer) -> None:
    names.is_silent = True
    finding = found(tried(inbox, "spf"))
    assert (finding.mark, "cannot be asked" in finding.sentence) == (Mark.WARNING, True)


def test_mail_server_that_lets_us_in_and_one_that_does_not(inbox: Inbox, relay: FakeServer, settings: Settings) -> None:
    assert found(tried(inbox, "smtp")).mark is Mark.OK
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "wrong"
    finding = found(tried(inbox, "smtp"))
    assert finding.mark is Mark.BAD
    assert "wrong" not in finding.sentence
    assert relay.mails == []


def test_test_mail_goes_out_and_comes_back(inbox: Inbox, relay: FakeServer) -> None:
    line = tried(inbox, "round-trip")
    assert (line.is_running, found(line).sentence) == (True, "It has left and is on its way back.")
    (mail,) = relay.mails
    accepted = take_in(inbox, Mail(raw=mail.original_content or b"", rcpt_to=inbox.address))
    process([accepted.delivery_id])
    line = next(item for item in checklist(inbox) if item.check.name == "round-trip")
    assert (found(line).mark, Message.objects.count()) == (Mark.OK, 0)


@pytest.mark.django_db(transaction=True)
def test_test_mail_makes_its_round_through_a_real_postfix(transactional_db: None, settings: Settings) -> None:
    inbox = Inbox.objects.create(kind="email", name="Support", address=ADDRESS)
    handler = mail_handler()
    with (
        serving(handler, max_bytes=200_000, speaks=LmtpDoor) as door,
        postfix(f"lmtp:inet:127.0.0.1:{door.port}") as border,
    ):
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER = "127.0.0.1", border.port, ""
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        assert tried(inbox, "round-trip").is_running
        delivery = poll_until(lambda: InboundDelivery.objects.first(), 20)
        assert delivery is not None
        process([delivery.pk])
        line = next(item for item in checklist(inbox) if item.check.name == "round-trip")
        assert found(line).mark is Mark.OK, border.log()
    handler.close()


def test_test_mail_that_stays_away_is_told_after_a_while(inbox: Inbox, relay: FakeServer) -> None:
    tried(inbox, "round-trip")
    InboxCheck.objects.update(started_at=now() - timedelta(minutes=6))
    line = next(item for item in checklist(inbox) if item.check.name == "round-trip")
    assert (found(line).mark, "not come back" in found(line).sentence) == (Mark.BAD, True)


def test_nobody_else_can_play_the_test_mail(inbox: Inbox) -> None:
    raw = b"From: a@b.example\r\nX-Desk-Loop: check.%d.1.aaaaaaaaaaaaaaaa\r\n\r\nhello" % inbox.pk
    accepted = take_in(inbox, Mail(raw=raw, rcpt_to=inbox.address))
    process([accepted.delivery_id])
    assert not InboundDelivery.objects.get(pk=accepted.delivery_id).reason.startswith("The test mail")


def test_check_that_breaks_says_so_and_one_that_was_lost_too(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def burst(inbox: Inbox) -> Finding:
        raise RuntimeError("password=secret")

    broken = Check(name="spf", label="SPF", help="", run=burst)
    monkeypatch.setattr("channels_in.email.adapter.checks_for", lambda inbox: [broken])
    finding = found(tried(inbox, "spf"))
    assert (finding.mark, finding.sentence) == (Mark.BAD, "The check itself failed (RuntimeError).")
    checking.ask_for_checks(inbox)
    assert checklist(inbox)[0].is_running
    InboxCheck.objects.update(started_at=now() - timedelta(minutes=5))
    assert found(checklist(inbox)[0]).sentence == "No worker has answered."


def test_manager_sees_the_checklist_run(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mona)
    page = client.get(reverse("workspace:settings-inbox", args=[cast.mail.pk])).content.decode()
    assert "Check everything" in page
    assert "Looks up who may send" in page
    answer = client.post(reverse("workspace:settings-inbox-check", args=[cast.mail.pk]), headers={"HX-Request": "true"})
    assert "Checking…" in answer.content.decode()
    assert "every 1s" in answer.content.decode()
    InboxCheck.objects.update(mark="ok", sentence="Fine.", finished_at=now())
    piece = client.get(reverse("workspace:settings-inbox-checks", args=[cast.mail.pk])).content.decode()
    assert "every 1s" not in piece
    assert "Fine." in piece
