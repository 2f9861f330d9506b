"""The main job with the real processes: mail in, ticket, answer out, and the customer's answer back in its thread."""

from __future__ import annotations

import smtplib
from functools import partial

import pytest

from channels_in.email.parse import ParsedMail, parse
from channels_in.models import DemoMail
from tests.channels_in.email.conftest import ADDRESS
from tests.channels_in.email.samples import mail, with_crlf
from tests.desk import agent_replies, an_agent
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Inbox, Message, Ticket

ROSA = "rosa@example.net"


def posts(stack: Stack, raw: bytes, to: str = ADDRESS) -> None:
    with smtplib.SMTP("127.0.0.1", stack.mail_port, timeout=30) as session:
        session.sendmail(ROSA, [to], with_crlf(raw))


def arrived(text: str) -> Message | None:
    return Message.objects.filter(text=text, direction="in").first()


def received_by_rosa() -> ParsedMail | None:
    row = DemoMail.objects.filter(mailbox=ROSA, is_sent=False).first()
    return parse(bytes(row.raw)) if row else None


@pytest.mark.stack
def test_a_customers_mail_is_answered_and_the_answer_to_it_comes_home(live_stack: Stack) -> None:
    Inbox.objects.create(kind="email", name="Support", address=ADDRESS)
    posts(live_stack, mail("The hinge broke."))
    first = poll_until(partial(arrived, "The hinge broke."))
    assert first is not None
    agent_replies(Ticket.objects.get(pk=first.ticket_id), an_agent("Mia"), "A new one is on its way.")
    answer = poll_until(received_by_rosa)
    assert answer is not None
    assert answer.in_reply_to == "m1@example.net"
    assert answer.reply_text == "A new one is on its way."

    back = mail("Thank you!", message_id="<m2@example.net>", in_reply_to=f"<{answer.message_id}>")
    posts(live_stack, back, to=answer.reply_to[0].address)
    second = poll_until(partial(arrived, "Thank you!"))
    assert second is not None
    assert second.ticket_id == first.ticket_id
