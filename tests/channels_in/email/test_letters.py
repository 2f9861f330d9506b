"""What customers receive: signatures with blanks, quotes, pictures inside, large files as links, threads."""

from __future__ import annotations

import base64
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from channels_in.email.compose import compose, files, letter_of
from channels_in.email.settings.form import EmailConfig
from channels_in.services.deliver import deliver
from tests.channels_in.email.conftest import FakeServer
from tests.desk import agent_replies, an_agent, customer_writes, rule_actor
from tickets.models import Inbox, Message, Ticket
from tickets.services import messages
from tickets.services.files import upload

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture
def ticket(inbox: Inbox) -> Ticket:
    return customer_writes(inbox, "First line.\nSecond line.", external_id="m1@customer.example")


def mail_of(inbox: Inbox, message: Message) -> EmailMessage:
    parsed = message_from_bytes(compose(inbox, message).content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(mail: EmailMessage, form: str = "plain") -> str:
    part = mail.get_body((form,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def configured(inbox: Inbox, **config: Any) -> Inbox:
    inbox.config = {**inbox.config, **config}
    inbox.save()
    return inbox


def test_the_answered_mail_is_quoted_below_and_folds_in_mail_programs(inbox: Inbox, ticket: Ticket) -> None:
    mail = mail_of(inbox, agent_replies(ticket, an_agent("Mia Winter", signature="Mia"), "Here."))
    lines = text_of(mail).splitlines()
    assert lines[:5] == ["Here.", "", "-- ", "Mia", ""]
    assert lines[5].endswith("Ana Ruiz wrote:")
    assert lines[6:] == ["> First line.", "> Second line."]
    html = text_of(mail, "html")
    assert 'class="gmail_quote"' in html
    assert "<blockquote" in html
    assert "border-left" in html


def test_an_inbox_may_quote_nothing_and_the_desk_itself_never_does(inbox: Inbox, ticket: Ticket) -> None:
    automatic = messages.reply(ticket, text="We have it.", is_automatic=True, actor=rule_actor())
    assert "First line" not in text_of(mail_of(inbox, automatic))
    answer = agent_replies(ticket, an_agent(), "Here.")
    assert "First line" in text_of(mail_of(inbox, answer))
    assert "First line" not in text_of(mail_of(configured(inbox, quoting="none"), answer))


def test_the_inboxs_signature_has_blanks_from_a_fixed_list(inbox: Inbox, ticket: Ticket) -> None:
    frame = "{{agent.signature}}\n{{ inbox.name }} · {{inbox.address}} · {{ticket.number}} · {{settings.SECRET_KEY}}"
    answer = agent_replies(ticket, an_agent("Mia Winter", signature="{{agent.first_name}}, Support"), "Here.")
    text = text_of(mail_of(configured(inbox, signature=frame), answer))
    assert f"-- \nMia, Support\nSupport · help@desk.example · {ticket.number} · {{{{settings.SECRET_KEY}}}}\n" in text


def test_an_unknown_blank_is_refused_in_the_form() -> None:
    form = EmailConfig({"signature": "Bye {{agent.password}}"})
    assert not form.is_valid()
    assert form.errors["signature"] == ["There is no blank {{agent.password}}."]


def test_a_pasted_picture_stands_inside_the_text(inbox: Inbox, ticket: Ticket) -> None:
    agent = an_agent()
    file = upload(PNG, name="screen.png", content_type="image/png", is_inline=True, agent=agent)
    answer = messages.reply(ticket, text="Look:", attachments=[file.pk], actor=agent.as_actor())
    mail = mail_of(inbox, answer)
    assert list(mail.iter_attachments()) == []
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-Disposition"].startswith("inline")
    assert f'src="cid:{str(picture["Content-ID"]).strip("<>")}"' in text_of(mail, "html")
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]


def test_files_that_are_too_large_wait_behind_a_signed_link(
    inbox: Inbox, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "TRAVELS_BYTES", 10)
    agent = an_agent()
    small = upload(b"small", name="small.txt", content_type="text/plain", agent=agent)
    large = upload(b"l" * 50, name="large.pdf", content_type="application/pdf", agent=agent)
    answer = messages.reply(ticket, text="See.", attachments=[small.pk, large.pk], actor=agent.as_actor())
    letter = letter_of(inbox, answer)
    assert [part.name for part in letter.beside] == ["small.txt"]
    address = next(word for word in letter.text.split() if "/files/" in word)
    response = Client().get(urlsplit(address).path)
    assert b"".join(response.streaming_content) == b"l" * 50  # type: ignore[attr-defined]  # a file's answer streams
    assert response["Content-Disposition"] == 'attachment; filename="large.pdf"'
    forged = urlsplit(address).path[:-3] + "aa/"
    assert Client().get(forged).status_code == 404
    assert Client().get(urlsplit(address).path.replace(str(large.pk), str(small.pk))).status_code == 404


def test_a_server_that_finds_it_too_large_gets_links_at_once(inbox: Inbox, ticket: Ticket, relay: FakeServer) -> None:
    agent = an_agent()
    file = upload(b"hinge", name="hinge.pdf", content_type="application/pdf", agent=agent)
    answer = messages.reply(ticket, text="See.", attachments=[file.pk], actor=agent.as_actor())
    relay.data_answers = ["552 5.3.4 too big", "250 OK"]
    deliver([answer.pk])
    answer.refresh_from_db()
    assert answer.delivery == "sent"
    first, second = [message_from_bytes(mail.original_content or b"", policy=policy.default) for mail in relay.mails]
    assert first["Message-ID"] == second["Message-ID"]
    assert "/files/" in text_of(second)
    assert "application/pdf" not in second.as_string()


def test_the_subject_stays_the_customers_unless_the_inbox_wants_the_number(inbox: Inbox, ticket: Ticket) -> None:
    answer = agent_replies(ticket, an_agent(), "Here.")
    assert letter_of(inbox, answer).subject == "Re: Help"
    configured(inbox, subject_tag="always")
    answer.inbox.refresh_from_db()
    assert letter_of(inbox, answer).subject == f"Re: [#{ticket.number}] Help"


def test_outlook_gets_a_thread_of_ours_only_where_we_began(inbox: Inbox, ticket: Ticket) -> None:
    headers = dict(letter_of(inbox, agent_replies(ticket, an_agent(), "Here.")).headers)
    assert headers["Thread-Topic"] == "Help"
    assert "Thread-Index" not in headers
    Message.objects.filter(ticket=ticket, direction="in").delete()
    first, second = (agent_replies(ticket, an_agent(), text) for text in ("One", "Two"))
    indexes = [base64.b64decode(dict(letter_of(inbox, one).headers)["Thread-Index"]) for one in (first, second)]
    assert indexes[0][:22] == indexes[1][:22]
    assert (indexes[0][0], len(indexes[0]) % 5) == (1, 2), "a head of 22 bytes, and 5 for each later mail"
