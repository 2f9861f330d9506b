"""Answers on their way out, read from a real mail server's hands; and every way in which it may refuse them."""

from __future__ import annotations

import re
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from channels_in.base import ChannelError, ErrorKind, Progress
from channels_in.email import tokens
from channels_in.email.adapter import EmailAdapter
from channels_in.email.compose import compose
from channels_in.email.transport import Server, server_of, transmit
from channels_in.services.deliver import deliver
from people.models import Identity
from tests.channels_in.email.conftest import ADDRESS, FakeServer
from tests.desk import agent_replies, an_agent, customer_writes, rule_actor
from tickets.inbound import Clues
from tickets.models import Attachment, Inbox, Message, MessageRef, Ticket
from tickets.services import files, messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(inbox: Inbox) -> Ticket:
    clues = Clues(message_id="m1@customer.example")
    return customer_writes(inbox, external_id="m1@customer.example", clues=clues)


def sent(relay: FakeServer) -> EmailMessage:
    parsed = message_from_bytes(relay.mails[-1].original_content or b"", policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body_of(mail: EmailMessage, form: str) -> str:
    part = mail.get_body((form,))
    assert part is not None
    return str(part.get_content())


def delivered(message: Message) -> Message:
    deliver([message.pk])
    message.refresh_from_db()
    return message


def test_an_answer_carries_everything_that_threads_it(ticket: Ticket, relay: FakeServer) -> None:
    answer = delivered(agent_replies(ticket, an_agent("Mia Winter"), "Here is how:\n\nhttps://desk.example/x <b>"))
    mail = sent(relay)
    assert answer.delivery == "sent"
    assert mail["From"] == f'"Mia Winter (Support)" <{ADDRESS}>'
    assert mail["To"] == "Ana Ruiz <ana@customer.example>"
    assert mail["Subject"] == "Re: Help"  # as the customer wrote it, or Gmail begins a new thread
    assert mail["In-Reply-To"] == "<m1@customer.example>"
    assert mail["References"] == "<m1@customer.example>"
    assert mail["Auto-Submitted"] is None
    assert mail["Message-ID"] == f"<{answer.external_id}>"
    assert tokens.message_of_own_id(answer.external_id) == answer.pk
    address = str(mail["Reply-To"])
    assert tokens.ticket_of_reply_address(address, sender="ana@customer.example") == ticket.pk
    assert tokens.message_of_bounce_address(str(relay.mails[-1].mail_from)) == answer.pk
    answer_text, _, quoted = body_of(mail, "plain").partition("On ")
    assert answer_text.split() == ["Here", "is", "how:", "https://desk.example/x", "<b>"]
    assert quoted.splitlines()[1:] == ["> It does not work."]
    assert quoted.splitlines()[0].endswith("Ana Ruiz wrote:")
    html = body_of(mail, "html")
    assert '<a href="https://desk.example/x"' in html
    assert "&lt;b&gt;" in html
    assert "style=" in html


def test_an_agents_signature_ends_the_mail_but_not_the_message(ticket: Ticket, relay: FakeServer) -> None:
    answer = delivered(agent_replies(ticket, an_agent(signature="Mia Winter\nSupport <b>"), "Here is how."))
    mail = sent(relay)
    assert body_of(mail, "plain").splitlines()[:5] == ["Here is how.", "", "-- ", "Mia Winter", "Support <b>"]
    assert "Mia Winter<br>Support &lt;b&gt;" in body_of(mail, "html")
    assert answer.text == "Here is how."


def test_the_second_answer_refers_to_the_whole_thread(ticket: Ticket, relay: FakeServer) -> None:
    agent = an_agent()
    first = delivered(agent_replies(ticket, agent, "One."))
    customer_writes(ticket.inbox, "More.", on=ticket, external_id="m2@customer.example")
    delivered(agent_replies(ticket, agent, "Two."))
    assert sent(relay)["In-Reply-To"] == "<m2@customer.example>"
    assert sent(relay)["References"] == f"<m1@customer.example> <{first.external_id}> <m2@customer.example>"


def test_the_message_id_is_known_before_the_mail_leaves(ticket: Ticket, relay: FakeServer) -> None:
    relay.data_answer = "451 later"
    answer = delivered(agent_replies(ticket, an_agent(), "x"))
    before = answer.external_id
    assert answer.delivery == "retrying"
    assert MessageRef.objects.filter(ticket=ticket, kind="sent").count() == 1
    relay.data_answer = "250 OK"
    Message.objects.filter(pk=answer.pk).update(next_attempt_at=answer.created_at)
    assert delivered(answer).delivery == "sent"
    assert {message_from_bytes(m.original_content or b"")["Message-ID"] for m in relay.mails} == {f"<{before}>"}


def test_an_automatic_answer_says_that_it_is_one(ticket: Ticket, relay: FakeServer) -> None:
    delivered(messages.reply(ticket, text="We have got it.", is_automatic=True, actor=rule_actor()))
    mail = sent(relay)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail["From"] == f"Support <{ADDRESS}>"


def test_files_and_copies_travel(ticket: Ticket, relay: FakeServer) -> None:
    agent = an_agent()
    stored = files.store(b"pdf", name="Größe.pdf", content_type="application/pdf")
    file = Attachment.objects.create(**{**vars_of(stored), "uploaded_by": agent})
    copies = [{"kind": "email", "name": "Bob", "address": "bob@example.org"}]
    delivered(messages.reply(ticket, text="See.", attachments=[UUID(str(file.pk))], cc=copies, actor=agent.as_actor()))
    mail = sent(relay)
    assert relay.mails[-1].rcpt_tos == ["ana@customer.example", "bob@example.org"]
    assert mail["Cc"] == "Bob <bob@example.org>"
    (attachment,) = mail.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("Größe.pdf", b"pdf")


def vars_of(stored: Any) -> dict[str, Any]:
    return {name: getattr(stored, name) for name in stored.__dataclass_fields__}


@pytest.mark.parametrize("field", ["subject", "name", "agent", "inbox", "answered"])
def test_no_field_can_add_a_header(inbox: Inbox, relay: FakeServer, field: str) -> None:
    evil = "x\r\nBcc: victim@example.org\r\n\r\nbody"
    ticket = customer_writes(inbox, external_id=evil if field == "answered" else "m1@x.y")
    answer = agent_replies(ticket, an_agent("Eve" if field != "agent" else evil), "ok")
    if field == "subject":
        Message.objects.filter(pk=answer.pk).update(subject=evil)
    if field == "name":
        to = [{"kind": "email", "name": evil, "address": "ana@customer.example"}]
        Message.objects.filter(pk=answer.pk).update(recipients={"to": to})
    if field == "inbox":
        Inbox.objects.filter(pk=inbox.pk).update(config={"from_name": evil})
    assert delivered(answer).delivery == "sent"
    assert sent(relay)["Bcc"] is None
    assert relay.mails[-1].rcpt_tos == ["ana@customer.example"]


def test_names_in_any_script_are_encoded(ticket: Ticket, relay: FakeServer) -> None:
    to = [{"kind": "email", "name": "Zoë, «日本»", "address": "zoe@bücher.example"}]
    answer = agent_replies(ticket, an_agent(), "ok")
    Message.objects.filter(pk=answer.pk).update(recipients={"to": to})
    delivered(answer)
    assert relay.mails[-1].rcpt_tos == ["zoe@xn--bcher-kva.example"]
    assert sent(relay)["To"].addresses[0].display_name == "Zoë, «日本»"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("550 5.1.1 no such user", ErrorKind.UNREACHABLE, "no such mailbox"),
        ("550 no such user", ErrorKind.UNREACHABLE, "no such mailbox"),
        ("550 5.7.1 policy", ErrorKind.PERMANENT, "refuses mail from us"),
        ("552 5.3.4 too big", ErrorKind.PERMANENT, "too large"),
        ("450 4.7.0 greylisted", ErrorKind.RETRY, "asks to wait"),
        ("421 busy", ErrorKind.RETRY, "asks to wait"),
        ("535 5.7.8 bad login", ErrorKind.REAUTH, "login"),
    ],
)
def test_a_servers_refusal_is_understood(
    ticket: Ticket, relay: FakeServer, answer: str, kind: ErrorKind, words: str
) -> None:
    relay.rcpt_answers["ana@customer.example"] = answer
    with pytest.raises(ChannelError) as refused:
        EmailAdapter().send(ticket.inbox, agent_replies(ticket, an_agent(), "x"), Progress([], lambda part: None))
    assert refused.value.kind is kind
    assert words in refused.value.reason


def test_a_missing_mailbox_fails_the_message_and_the_third_time_warns_at_the_contact(
    ticket: Ticket, relay: FakeServer
) -> None:
    relay.rcpt_answers["ana@customer.example"] = "550 5.1.1 no such user"
    for number in range(3):
        assert Identity.objects.get(value="ana@customer.example").unreachable_at is None
        answer = delivered(agent_replies(ticket, an_agent(), f"Try {number}"))
        assert answer.delivery == "failed"
        assert "no such user" in answer.failure
    assert Identity.objects.get(value="ana@customer.example").unreachable_at is not None


def test_a_connection_lost_after_the_content_is_uncertain(ticket: Ticket, relay: FakeServer) -> None:
    relay.hangs_up_after_content = True
    answer = delivered(agent_replies(ticket, an_agent(), "x"))
    assert answer.delivery == "uncertain"
    assert len(relay.mails) == 1


def test_an_unreachable_server_is_tried_again(ticket: Ticket, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", a_closed_port()
    answer = delivered(agent_replies(ticket, an_agent(), "x"))
    assert answer.delivery == "retrying"
    assert "cannot be reached" in answer.failure


def a_closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def test_only_the_refused_recipient_is_written_to_again(ticket: Ticket, relay: FakeServer) -> None:
    relay.rcpt_answers["bob@example.org"] = "450 later"
    copies = [{"kind": "email", "name": "", "address": "bob@example.org"}]
    answer = delivered(agent_replies(ticket, an_agent(), "x", cc=copies))
    assert answer.delivery == "retrying"
    relay.rcpt_answers.clear()
    Message.objects.filter(pk=answer.pk).update(next_attempt_at=answer.created_at)
    assert delivered(answer).delivery == "sent"
    assert [mail.rcpt_tos for mail in relay.mails] == [["ana@customer.example"], ["bob@example.org"]]


def test_a_copy_that_is_refused_for_good_is_told_and_only_it_is_sent_again(ticket: Ticket, relay: FakeServer) -> None:
    relay.rcpt_answers["bob@example.org"] = "550 5.1.1 no such user"
    copies = [{"kind": "email", "name": "", "address": "bob@example.org"}]
    answer = delivered(agent_replies(ticket, an_agent(), "x", cc=copies))
    assert (answer.delivery, "bob@example.org did not get it, the others did" in answer.failure) == ("failed", True)
    assert Identity.objects.get(value="ana@customer.example").refusals == 0
    relay.rcpt_answers.clear()
    messages.try_again(answer, actor=an_agent().as_actor())
    assert delivered(answer).delivery == "sent"
    assert [mail.rcpt_tos for mail in relay.mails] == [["ana@customer.example"], ["bob@example.org"]]


def test_encryption_is_never_given_up(ticket: Ticket, relay: FakeServer, settings: Any) -> None:
    server = Server("127.0.0.1", settings.EMAIL_PORT, "starttls")
    mail = compose(ticket.inbox, agent_replies(ticket, an_agent(), "x"))
    with pytest.raises(ChannelError):
        transmit(server, mail, Progress([], lambda part: None))
    assert relay.mails == []


def test_an_inbox_may_have_a_server_of_its_own(inbox: Inbox) -> None:
    inbox.config = {"smtp_host": "mail.example.com", "smtp_port": 465, "smtp_security": "tls", "smtp_user": "help"}
    inbox.secrets = {"smtp_password": "pw"}
    assert server_of(inbox) == Server("mail.example.com", 465, "tls", "help", "pw", is_guarded=True)


def test_an_answer_to_our_answer_finds_the_ticket_again(ticket: Ticket, relay: FakeServer) -> None:
    answer = delivered(agent_replies(ticket, an_agent(), "x"))
    clues = Clues(in_reply_to=answer.external_id, message_id="m9@customer.example")
    again = customer_writes(ticket.inbox, "Thanks.", clues=clues)
    assert again.pk == ticket.pk
    assert re.search("answers a message that we sent", Message.objects.latest("id").thread_reason)
