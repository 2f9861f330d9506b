"""An agent who is away hears of it by mail, and their answer is a reply: the whole way round."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from channels_in.email.door import Mail
from channels_in.email.receiving import receive
from channels_in.services.deliver import deliver
from core.clock import now
from notifications.models import Notification
from notifications.services.by_mail import mail_the_away
from people.models import Agent
from tests.channels_in.email.conftest import ADDRESS, FakeServer, inbox, relay
from tests.channels_in.email.samples import mail
from tests.desk import an_agent
from tickets.models import Inbox, Message, Ticket
from tickets.services import changes, messages

__all__ = ["inbox", "relay"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(inbox: Inbox) -> Agent:
    """She has been given Rosa's ticket while she was away, a while ago."""
    inbox.config = {"authserv_id": "mx.desk.example"}
    inbox.save()
    agent = an_agent("Mia Winter", mails_when_away=True)
    done = receive(inbox, Mail(raw=mail("The hinge broke."), rcpt_to=ADDRESS))
    ticket = Ticket.objects.get(number=done.ticket_number or 0)
    changes.assign(ticket, agent=agent, actor=an_agent("Ben").as_actor())
    Notification.objects.update(at=now() - timedelta(minutes=5))
    return agent


def content(relay: FakeServer, index: int = -1) -> bytes:
    found = relay.mails[index].content
    return found if isinstance(found, bytes) else str(found).encode()


def test_agent_who_is_away_is_told_once_and_answers_by_mail(inbox: Inbox, relay: FakeServer, mia: Agent) -> None:
    assert mail_the_away() == 1
    assert mail_the_away() == 0
    assert relay.mails[-1].rcpt_tos == [mia.email]
    told = message_from_bytes(content(relay), policy=policy.default)
    assert told["Auto-Submitted"] == "auto-generated"
    body = told.get_body()
    assert body is not None
    assert "The hinge broke." in body.get_content()
    to = told["Reply-To"]
    assert "+a" in to
    back = mail(
        "A new one is on its way.",
        **{"from": mia.email},
        to=to,
        message_id="<mia-1@desk.example>",
        in_reply_to=told["Message-ID"],
        authentication_results="mx.desk.example; dmarc=pass header.from=desk.example",
    )
    done = receive(inbox, Mail(raw=back, rcpt_to=to))
    reply = Message.objects.get(pk=done.message_id or 0)
    assert (reply.direction, reply.kind, reply.author_agent) == ("out", "reply", mia)
    deliver([reply.pk])
    assert relay.mails[-1].rcpt_tos == ["rosa@example.net"]
    assert b"A new one is on its way." in content(relay)


def test_agent_at_the_desk_or_without_the_wish_gets_no_mail(inbox: Inbox, relay: FakeServer, mia: Agent) -> None:
    Agent.objects.filter(pk=mia.pk).update(last_seen_at=now())
    assert mail_the_away() == 0
    Agent.objects.filter(pk=mia.pk).update(last_seen_at=None, mails_when_away=False)
    assert mail_the_away() == 0
    assert relay.mails == []


def test_what_happened_on_one_ticket_meanwhile_is_one_mail(inbox: Inbox, relay: FakeServer, mia: Agent) -> None:
    messages.add_note(Ticket.objects.get(), text="@Mia do you know?", actor=an_agent("Ben").as_actor())
    Notification.objects.update(at=now() - timedelta(minutes=5))
    assert mail_the_away() == 1
    assert mail_the_away() == 0
    told = message_from_bytes(content(relay), policy=policy.default).get_body()
    assert told is not None
    assert all(words in told.get_content() for words in ("Assigned to you: By Ben", "You were mentioned: By Ben"))


def test_our_own_notice_that_comes_back_is_ignored(inbox: Inbox, relay: FakeServer, mia: Agent) -> None:
    mail_the_away()
    assert receive(inbox, Mail(raw=content(relay), rcpt_to=ADDRESS)).outcome == "ignored"
