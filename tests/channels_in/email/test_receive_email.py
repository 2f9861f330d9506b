"""The door without SMTP, as scripts use it: one mail in, one JSON object out."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from channels_in.models import InboundDelivery
from tests.channels_in.email.conftest import ADDRESS
from tests.channels_in.email.samples import mail, multipart
from tickets.models import Inbox, Message, MessageHtml, Ticket
from tickets.selectors.automatic_replies import may_answer_automatically

pytestmark = pytest.mark.django_db


@pytest.fixture
def receive(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(raw: bytes, *, to: str = ADDRESS) -> dict[str, Any]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        out = io.StringIO()
        call_command("receive_email", "--inbox", to, stdout=out)
        shown: dict[str, Any] = json.loads(out.getvalue())
        assert list(shown) == ["outcome", "reason", "ticket", "message"]
        return shown

    return run


def test_a_new_mail_creates_a_ticket(receive: Any) -> None:
    shown = receive(mail("It broke."))
    assert shown["outcome"] == "created"
    ticket = Ticket.objects.get(number=shown["ticket"])
    stored = Message.objects.get(pk=shown["message"])
    assert (ticket.subject, stored.text, stored.external_id) == ("Broken hinge", "It broke.", "m1@example.net")


def test_an_answer_is_appended_and_a_copy_is_a_duplicate(receive: Any) -> None:
    first = receive(mail("It broke."))
    second = receive(mail("More.", message_id="<m2@example.net>", in_reply_to="<m1@example.net>"))
    again = receive(mail("More.", message_id="<m2@example.net>", in_reply_to="<m1@example.net>", received="by relay"))
    assert (second["outcome"], second["ticket"]) == ("appended", first["ticket"])
    assert (again["outcome"], again["message"]) == ("duplicate", second["message"])
    assert Message.objects.count() == 2


def test_another_mail_under_the_same_message_id_is_not_lost(receive: Any) -> None:
    receive(mail("One."))
    other = receive(mail("Two."))
    assert other["outcome"] != "duplicate"
    assert Message.objects.get(pk=other["message"]).text == "Two."
    assert receive(mail("Two."))["outcome"] == "duplicate"
    assert Message.objects.count() == 2


def test_two_mails_without_message_id_are_two_messages(receive: Any) -> None:
    receive(mail("One.", message_id=""))
    receive(mail("Two.", message_id=""))
    assert receive(mail("Two.", message_id=""))["outcome"] == "duplicate"
    assert Message.objects.count() == 2


def test_a_mail_of_nobody_is_quarantined_with_its_raw_bytes(receive: Any) -> None:
    raw = b"Subject: no sender\n\nhello"
    shown = receive(raw)
    assert (shown["outcome"], shown["ticket"]) == ("quarantined", None)
    row = InboundDelivery.objects.get()
    assert (bytes(row.raw), row.state) == (raw, "quarantined")


def test_a_bounce_of_nothing_we_sent_is_noted_as_such(receive: Any) -> None:
    body = "<gone@example.net>:\nUser unknown\n\n--- Below this line is a copy of the message.\n\nSubject: x"
    intro = "Hi. This is the qmail-send program at mx.\nThis is a permanent error.\n\n"
    shown = receive(mail(intro + body, **{"from": "MAILER-DAEMON@mx", "subject": "failure notice"}))
    assert (shown["outcome"], shown["ticket"]) == ("bounced", None)


def test_our_own_mail_is_ignored(receive: Any) -> None:
    assert receive(mail(**{"from": ADDRESS}))["outcome"] == "ignored"


def test_html_and_files_arrive(receive: Any) -> None:
    kind, body = multipart(
        "mixed",
        "Content-Type: text/html\n\n<p>See <b>this</b><script>alert(1)</script></p>",
        'Content-Type: application/pdf; name="plan.pdf"\n\npdf',
    )
    stored = Message.objects.get(pk=receive(mail(body, content_type=kind))["message"])
    assert MessageHtml.objects.get(message=stored).html == "<p>See <b>this</b></p>"
    assert [(file.name, file.size) for file in stored.attachments.all()] == [("plan.pdf", 3)]


def test_an_address_that_leads_nowhere_is_said_in_a_sentence(receive: Any) -> None:
    with pytest.raises(CommandError, match="No mail inbox has the address"):
        receive(mail(), to="nobody@desk.example")


def test_aliases_and_marked_addresses_lead_to_the_inbox(receive: Any, inbox: Inbox) -> None:
    inbox.config = {"aliases": ["hilfe@desk.example"]}
    inbox.save()
    assert receive(mail(), to="Hilfe@desk.example")["outcome"] == "created"
    assert receive(mail("x", message_id="<m2@x>"), to="help+shop@desk.example")["outcome"] == "created"


@pytest.mark.parametrize(
    ("headers", "answered"),
    [({}, True), ({"list_id": "<l.example.org>"}, False), ({"auto_submitted": "auto-replied"}, False)],
)
def test_robots_and_lists_are_never_answered_by_rules(receive: Any, headers: dict[str, str], answered: bool) -> None:
    ticket = Ticket.objects.get(number=receive(mail("Hello", **headers))["ticket"])
    assert may_answer_automatically(ticket) is answered
