"""The demo's loop: a customer writes, an agent answers, the mailbox shows it, the customer answers again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from channels_in.checks import Mark
from channels_in.email.demo_sink import sink_handler
from channels_in.email.services.demo_mailbox import keep
from channels_in.email.settings.round_trip import has_come_back, send_test_mail
from channels_in.email.smtp import DoorServer
from channels_in.models import DemoMail, InboundDelivery
from channels_in.services.deliver import deliver
from channels_in.services.process import process
from tests.channels_in.email.conftest import ADDRESS, serving
from tests.channels_in.email.samples import mail
from tests.desk import agent_replies, an_agent
from tickets.models import Inbox, Message, Ticket

ROSA = "rosa@example.net"


@pytest.fixture
def sink(transactional_db: None, settings: Settings) -> Iterator[DoorServer]:
    """The customers' mail server, where the desk's answers arrive."""
    handler = sink_handler()
    with serving(handler) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server
    handler.close()


def handle_all() -> None:
    process(list(InboundDelivery.objects.filter(state="new").order_by("id").values_list("pk", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_the_whole_loop_goes_by_real_mail(door: DoorServer, sink: DoorServer, inbox: Inbox) -> None:
    customer = Client()
    letter = {"sender": "Rosa@example.net", "sender_name": "Rosa", "to": ADDRESS, "subject": "Hinge", "text": "Broke."}
    photo = SimpleUploadedFile("hinge.png", b"png", content_type="image/png")
    written = customer.post("/demo/mail/", {**letter, "attachments": [photo]})
    assert written.status_code == 302, written.content.decode()
    assert written["Location"] == f"/demo/mail/{ROSA}/"
    handle_all()
    ticket = Ticket.objects.get()
    assert (ticket.subject, Message.objects.get().attachments.get().name) == ("Hinge", "hinge.png")

    answer = agent_replies(ticket, an_agent("Mia"), "We send a new one.")
    deliver([answer.pk])
    received = DemoMail.objects.get(mailbox=ROSA, is_sent=False)
    page = customer.get(f"/demo/mail/{ROSA}/")
    assert b"We send a new one." in page.content
    opened = customer.get(f"/demo/mail/{ROSA}/{received.pk}/")
    assert answer.external_id in opened.content.decode()
    frame = customer.get(f"/demo/mail/{ROSA}/{received.pk}/html/")
    assert frame["Content-Security-Policy"].startswith("sandbox; default-src 'none'")

    assert customer.post(f"/demo/mail/{ROSA}/{received.pk}/", {"text": "Thank you!"}).status_code == 302
    handle_all()
    last = Message.objects.latest("id")
    assert (last.ticket_id, last.text, last.direction) == (ticket.pk, "Thank you!", "in")
    assert last.thread_reason == "Threaded because the signed reply address matched"


@pytest.mark.django_db
def test_a_letter_that_the_desk_does_not_take_is_explained(inbox: Inbox, settings: Settings) -> None:
    settings.MAIL_IN_PORT = 1
    letter = {"sender": ROSA, "to": ADDRESS, "subject": "x", "text": "x"}
    refused = Client().post("/demo/mail/", letter)
    assert refused.status_code == 422
    assert b"did not take the mail" in refused.content


@pytest.mark.django_db
def test_an_incomplete_letter_is_refused_at_its_fields(inbox: Inbox) -> None:
    refused = Client().post("/demo/mail/", {"sender": "nobody", "to": ADDRESS})
    assert refused.status_code == 422
    assert refused.content.count(b'class="errors"') == 3


@pytest.mark.django_db
def test_hostile_mail_does_nothing_in_the_mailbox() -> None:
    kept = keep(ROSA, mail("<script>alert(1)</script><p>Hi</p>", content_type="text/html", subject="<b>x</b>"))
    page = Client().get(f"/demo/mail/{ROSA}/{kept.pk}/")
    assert b"<b>x</b>" not in page.content
    assert b"<script>alert" not in Client().get(f"/demo/mail/{ROSA}/{kept.pk}/html/").content


@pytest.mark.django_db
def test_files_of_a_mail_are_only_downloads() -> None:
    raw = mail("x", content_type='text/html; name="a.html"', content_disposition="attachment")
    kept = keep(ROSA, raw)
    file = Client().get(f"/demo/mail/{ROSA}/{kept.pk}/0/")
    assert (file["Content-Type"], file["Content-Disposition"]) == ("application/octet-stream", "attachment")
    assert Client().get(f"/demo/mail/{ROSA}/{kept.pk}/7/").status_code == 404


@pytest.mark.django_db
def test_outside_the_demo_there_are_no_mailboxes(settings: Settings) -> None:
    kept = keep(ROSA, mail())
    settings.DEMO = False
    for path in ("", f"{ROSA}/", f"{ROSA}/{kept.pk}/", f"{ROSA}/{kept.pk}/html/", f"{ROSA}/{kept.pk}/0/"):
        assert Client().get(f"/demo/mail/{path}").status_code == 404


@pytest.mark.django_db
def test_a_mailbox_keeps_its_newest_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels_in.email.services.demo_mailbox.MAX_MAILS", 2)
    kept = [keep(ROSA, mail(subject=str(number))).pk for number in range(4)]
    assert list(DemoMail.objects.order_by("id").values_list("pk", flat=True)) == kept[2:]


@pytest.mark.django_db(transaction=True)
def test_test_mail_of_an_inbox_comes_back_in_the_demo(sink: DoorServer, inbox: Inbox) -> None:
    sent = send_test_mail(inbox)
    handle_all()
    assert has_come_back(inbox, sent, waited_seconds=1).mark == Mark.OK
    assert not Ticket.objects.exists()
    assert not DemoMail.objects.exists()
