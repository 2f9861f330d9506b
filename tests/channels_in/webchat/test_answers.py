"""Answers: shown in the open chat, and mailed to those who left, once, into the same ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import TestCase
from pytest_django import Settings

from channels_in.models import ChatVisitor, OutboundAttempt
from channels_in.services.accept import accept
from channels_in.services.deliver import deliver
from channels_in.services.process import process_now
from channels_in.webchat import conversation
from channels_in.webchat.presence import GONE_AFTER
from channels_in.webchat.services import reading, unread, visitors
from core import push
from core.clock import now
from core.events.bus import publish
from core.events.catalogue import AgentTyped, TicketSeen
from helpdesk.embedded.processes import free_port
from tests.cast import Cast, last_message
from tests.channels_in.webchat.people import a_visitor, says
from tests.desk import agent_replies
from tickets.models import Message, Ticket
from tickets.services.messages import add_note

Pushed = list[tuple[tuple[str, ...], dict[str, Any]]]


class _Sink:
    """A mail server that keeps what it gets, or refuses for a while."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        if self.answer.startswith("250"):
            self.mails.append(envelope.content)
        return self.answer


@pytest.fixture
def sink(cast: Cast, settings: Settings) -> Iterator[_Sink]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    sink = _Sink()
    port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    cast.mail.config = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain"}
    cast.mail.save()
    yield sink
    controller.stop()


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> Pushed:
    found: Pushed = []
    monkeypatch.setattr(push, "publish", lambda topics, frame: found.append((tuple(topics), dict(frame))))
    return found


def seen(visitor: ChatVisitor, *, minutes_ago: float = 0) -> None:
    ChatVisitor.objects.filter(pk=visitor.pk).update(last_seen_at=now() - timedelta(minutes=minutes_ago))


def answered(ticket: Ticket, cast: Cast, text: str = "On its way.") -> Message:
    reply = agent_replies(ticket, cast.ana, text)
    with TestCase.captureOnCommitCallbacks(execute=True):
        deliver([reply.pk])
    return last_message(ticket)


def test_visitor_is_there_and_the_answer_is_shown_only(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    seen(visitor)
    reply = answered(says(visitor), cast)
    assert reply.delivery == "sent"
    assert sink.mails == []
    topics, frame = pushed[-1]
    assert topics == (f"visitor:{visitor.identity_id}",)
    assert frame["message"]["text"] == "On its way."


def test_visitor_is_gone_and_the_answer_comes_by_mail_into_the_same_ticket(
    cast: Cast, sink: _Sink, pushed: Pushed
) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), name="Eva", email="eva@customer.example")
    seen(visitor, minutes_ago=5)
    ticket = says(visitor)
    reply = answered(ticket, cast)
    assert reply.delivery == "sent"
    mail = message_from_bytes(sink.mails[0], policy=policy.default)
    assert mail["To"] == "Eva <eva@customer.example>"
    assert f"+r{ticket.pk}." in mail["Reply-To"]
    assert mail["Message-ID"] == f"<{reply.external_id}>"
    assert "On its way." in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has a body


def test_customer_answers_the_mail_and_it_goes_on_in_the_same_ticket(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), name="Eva", email="eva@customer.example", is_mail_wanted=True)
    ticket = says(visitor)
    answered(ticket, cast)
    sent = message_from_bytes(sink.mails[0], policy=policy.default)
    reply = (
        f"From: Eva <eva@customer.example>\r\nTo: {sent['Reply-To']}\r\nSubject: {sent['Subject']}\r\n"
        f"Message-ID: <1@customer.example>\r\nIn-Reply-To: {sent['Message-ID']}\r\n\r\nThank you!\r\n"
    )
    delivery = accept(cast.mail, "1@customer.example", reply.encode(), {}, is_enqueued=False)
    assert process_now(delivery.delivery_id).outcome == "appended"
    assert (last_message(ticket).text, last_message(ticket).channel) == ("Thank you!", "email")
    # From here on it is a mail exchange; the chat goes on showing the chat only.
    assert agent_replies(ticket, cast.ana, "You are welcome.").channel == "email"
    assert "Thank you!" not in [item["text"] for item in conversation.newest(visitor, ticket).messages]


def test_visitor_used_the_form_and_gets_mail_though_the_page_is_open(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example", is_mail_wanted=True)
    seen(visitor)
    answered(says(visitor), cast)
    assert len(sink.mails) == 1
    assert len(pushed) >= 1


def test_visitor_left_no_address_and_the_answer_waits_in_the_chat(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = a_visitor(cast.chat)
    assert answered(says(visitor), cast).delivery == "sent"
    assert sink.mails == []
    assert unread.mail_unread() == 0


def test_visitor_leaves_without_reading_and_gets_mail_once(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    seen(visitor)
    ticket = says(visitor)
    answered(ticket, cast)
    assert unread.mail_unread() == 0  # it is not time yet
    seen(visitor, minutes_ago=5)
    ChatVisitor.objects.update(mail_due_at=now())
    assert unread.mail_unread() == 1
    deliver([last_message(ticket).pk])
    assert len(sink.mails) == 1
    assert last_message(ticket).delivery == "sent"
    ChatVisitor.objects.update(mail_due_at=now())
    assert unread.mail_unread() == 0


def test_visitor_reads_in_time_and_gets_no_mail(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    seen(visitor)
    reply = answered(says(visitor), cast)
    reading.mark_read(visitor, seq=reply.seq)
    assert ChatVisitor.objects.get().mail_due_at is None
    assert unread.mail_unread() == 0


def test_visitor_is_still_there_and_the_tick_looks_again_later(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    seen(visitor)
    answered(says(visitor), cast)
    ChatVisitor.objects.update(mail_due_at=now())
    assert unread.mail_unread() == 0
    due = ChatVisitor.objects.get().mail_due_at
    assert due is not None
    assert due > now() + GONE_AFTER / 2


def test_mail_server_is_busy_and_the_reply_is_tried_again(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    ticket = says(visitor)
    sink.answer = "451 4.3.0 Later"
    reply = answered(ticket, cast)
    assert reply.delivery == "retrying"
    sink.answer = "250 OK"
    Message.objects.filter(pk=reply.pk).update(next_attempt_at=now())
    deliver([reply.pk])
    assert last_message(ticket).delivery == "sent"
    assert len(sink.mails) == 1


def test_worker_dies_while_mailing_and_nobody_gets_two(cast: Cast, sink: _Sink, pushed: Pushed) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    ticket = says(visitor)
    reply = agent_replies(ticket, cast.ana)
    OutboundAttempt.objects.create(message=reply, arrived=["mail:started"])
    deliver([reply.pk])
    assert last_message(ticket).delivery == "uncertain"
    assert sink.mails == []


def test_desk_has_no_mail_inbox_and_the_chat_still_works(cast: Cast, pushed: Pushed) -> None:
    for inbox in (cast.mail, cast.legal_mail):
        inbox.is_active = False
        inbox.save()
    visitor = visitors.introduce(a_visitor(cast.chat), email="eva@customer.example")
    assert answered(says(visitor), cast).delivery == "sent"


def test_agent_types_a_reply_and_the_visitor_sees_the_first_name(cast: Cast, pushed: Pushed) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    event = AgentTyped(ticket_id=ticket.pk, agent_id=cast.ana.pk, agent_name="Ana Ruiz")
    with TestCase.captureOnCommitCallbacks(execute=True):
        publish(event)
    assert pushed[-1] == ((f"visitor:{visitor.identity_id}",), {"type": "typing", "name": "Ana"})


def test_agent_opens_the_ticket_and_the_visitor_sees_the_second_tick_once(cast: Cast, pushed: Pushed) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    for _ in range(2):
        with TestCase.captureOnCommitCallbacks(execute=True):
            publish(TicketSeen(ticket_id=ticket.pk, agent_id=cast.ana.pk))
    seen_frames = [frame for _, frame in pushed if frame["type"] == "seen"]
    assert seen_frames == [{"type": "seen", "ticket": ticket.number, "seq": last_message(ticket).seq}]


def test_agent_writes_a_note_and_nothing_is_pushed(cast: Cast, pushed: Pushed) -> None:
    ticket = says(a_visitor(cast.chat))
    pushed.clear()
    with TestCase.captureOnCommitCallbacks(execute=True):
        add_note(ticket, text="canary", actor=cast.ana.as_actor())
    assert [frame for topics, frame in pushed if any(topic.startswith("visitor:") for topic in topics)] == []
