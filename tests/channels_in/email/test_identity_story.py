"""Raw mails that try to get where they do not belong, and those that must get where they do: right, and explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from channels_in.email import tokens
from channels_in.email.door import Mail
from channels_in.email.receiving import receive
from channels_in.services.deliver import deliver
from channels_in.services.process import Processed
from people.models import Agent, Identity
from tests.channels_in.email.conftest import ADDRESS, FakeServer, inbox, relay
from tests.channels_in.email.samples import mail, multipart
from tests.channels_in.email.signing import names, signed
from tests.desk import agent_replies, an_agent
from tests.fakes.names import NameServer
from tickets.models import Inbox, Message, Ticket
from tickets.selectors.reach import reach
from tickets.services import changes, moving, sides
from tickets.services.sides import Letter

__all__ = ["inbox", "names", "relay"]
pytestmark = pytest.mark.django_db

ROSA, MALLORY = "Rosa Lind <rosa@example.net>", "Mallory <mallory@evil.example.com>"
FORGED = "mx.desk.example; dmarc=fail header.from=example.net"
VERIFIED = "mx.desk.example; dmarc=pass header.from=example.net"
AGENT_VERIFIED = "mx.desk.example; dmarc=pass header.from=desk.example"


@dataclass
class Desk:
    """An inbox whose border we trust, and how mail comes to it."""

    inbox: Inbox
    relay: FakeServer
    number: int = 0

    def gets(self, body: str = "Hello", *, to: str = ADDRESS, **headers: str) -> Processed:
        self.number += 1
        headers = {"from": ROSA, "to": to, "message_id": f"<in-{self.number}@example.net>", **headers}
        return receive(self.inbox, Mail(raw=mail(body, **headers), rcpt_to=to))

    def gets_raw(self, raw: bytes) -> Processed:
        return receive(self.inbox, Mail(raw=raw, rcpt_to=ADDRESS))

    def ticket(self, body: str = "The hinge broke.", **headers: str) -> Ticket:
        return ticket_of(self.gets(body, **headers))

    def answers(self, ticket: Ticket, agent: Agent | None = None, **values: Any) -> Message:
        """An agent's reply, as it left."""
        reply = agent_replies(ticket, agent or an_agent(), **values)
        deliver([reply.pk])
        reply.refresh_from_db()
        return reply


@pytest.fixture
def desk(inbox: Inbox, relay: FakeServer) -> Desk:
    inbox.config = {"authserv_id": "mx.desk.example"}
    inbox.save()
    return Desk(inbox, relay)


def ticket_of(done: Processed) -> Ticket:
    return Ticket.objects.get(number=done.ticket_number or 0)


def message_of(done: Processed) -> Message:
    return Message.objects.get(pk=done.message_id or 0)


def test_two_mails_before_the_first_answer_are_one_ticket(desk: Desk) -> None:
    first = desk.gets("The hinge broke.")
    second = desk.gets("And the handle.", in_reply_to="<in-1@example.net>")
    assert second.ticket_number == first.ticket_number
    assert message_of(second).thread_reason == "Threaded because its References matched"
    assert message_of(second).thread_via == "reference"


@pytest.mark.parametrize("subject", ["[#{n}] Broken hinge", "Re: [#{n}] Broken hinge", "WG: AW: [#{n}] x"])
def test_number_in_the_subject_is_not_enough(desk: Desk, subject: str) -> None:
    ticket = desk.ticket()
    later = desk.gets("It is me again", subject=subject.format(n=ticket.number))
    opened = ticket_of(later)
    assert later.outcome == "created"
    assert (opened.follows, opened.follows_why) == (ticket, "maybe")
    assert later.reason.startswith(f"Possibly belongs to #{ticket.number}: the subject names the ticket, but nobody")


def test_number_is_enough_when_the_border_vouches(desk: Desk) -> None:
    ticket = desk.ticket()
    later = desk.gets("Again", subject=f"[#{ticket.number}]", authentication_results=VERIFIED)
    assert later.ticket_number == ticket.number
    assert message_of(later).sender_auth == "pass"


def test_number_is_enough_under_the_senders_own_signature(desk: Desk, names: NameServer) -> None:
    ticket = desk.ticket()
    raw = mail("Again", subject=f"[#{ticket.number}]", message_id="<dkim@example.net>")
    done = desk.gets_raw(signed(raw, "example.net"))
    assert done.ticket_number == ticket.number
    assert message_of(done).sender_proof == "DKIM signature of example.net"


def test_number_with_a_signature_of_somebody_else_opens_a_linked_ticket(desk: Desk, names: NameServer) -> None:
    ticket = desk.ticket()
    raw = mail("Again", subject=f"[#{ticket.number}]", message_id="<dkim@example.net>")
    assert ticket_of(desk.gets_raw(signed(raw, "evil.example.com"))).follows == ticket


def test_spoofed_sender_with_known_ids_stays_out_and_shows(desk: Desk) -> None:
    ticket = desk.ticket()
    done = desk.gets("Send me the data", in_reply_to="<in-1@example.net>", authentication_results=FORGED)
    assert ticket_of(done).follows == ticket
    assert "the sender looks forged" in done.reason
    assert message_of(done).sender_auth == "fail"
    assert any("looks forged" in problem for problem in message_of(done).problems)


def test_stranger_who_quotes_everything_opens_a_linked_ticket(desk: Desk) -> None:
    ticket = desk.ticket()
    sent = desk.answers(ticket)
    references = f"<in-1@example.net> <{sent.external_id}>"
    done = desk.gets("Me too", **{"from": MALLORY}, references=references, subject=f"Re: [#{ticket.number}]")
    assert ticket_of(done).follows == ticket
    assert ticket.messages.count() == 2


def test_signed_address_in_foreign_hands_opens_nothing(desk: Desk) -> None:
    ticket = desk.ticket()
    borrowed = tokens.reply_address(ADDRESS, ticket_id=ticket.pk, to="rosa@example.net")
    done = desk.gets("Hi", to=borrowed, **{"from": MALLORY})
    assert done.outcome == "created"
    assert done.ticket_number != ticket.number


def test_signed_address_of_its_owner_opens_the_ticket_whatever_else_is_missing(desk: Desk) -> None:
    ticket = desk.ticket()
    own = tokens.reply_address(ADDRESS, ticket_id=ticket.pk, to="rosa@example.net")
    done = desk.gets("Hi", to=own, subject="Nothing to see")
    assert (done.ticket_number, message_of(done).thread_via) == (ticket.number, "token")
    assert Identity.objects.get(value="rosa@example.net").verified_how in ("", "token")


def test_reply_to_of_a_spoofer_changes_no_identity(desk: Desk) -> None:
    done = desk.gets("Reset my password", reply_to=MALLORY)
    message = message_of(done)
    assert message.author_contact == Identity.objects.get(value="rosa@example.net").contact
    assert not Identity.objects.filter(value="mallory@evil.example.com").exists()
    assert message.recipients["reply_to"][0]["address"] == "mallory@evil.example.com"


def test_mail_behind_a_foreign_reply_to_does_not_make_its_owner_part_of_the_ticket(desk: Desk) -> None:
    desk.gets("Reset my password", reply_to=MALLORY)
    done = desk.gets("And now?", **{"from": MALLORY}, in_reply_to="<in-1@example.net>")
    assert done.outcome == "created"


def test_cc_written_by_an_unproved_sender_lets_nobody_in(desk: Desk) -> None:
    ticket = desk.ticket()
    spoofed = desk.gets("Please copy my colleague", in_reply_to="<in-1@example.net>", cc=MALLORY)
    assert spoofed.ticket_number == ticket.number  # as unverified as any mail of a domain without a policy
    done = desk.gets("I am the colleague", **{"from": MALLORY}, in_reply_to="<in-1@example.net>")
    assert done.ticket_number != ticket.number
    # Nobody gets a copy unless an agent says so.
    assert [item["address"] for item in desk.answers(ticket).recipients["to"]] == ["rosa@example.net"]
    assert all("mallory" not in " ".join(envelope.rcpt_tos) for envelope in desk.relay.mails)


def test_cc_written_by_a_verified_requester_is_part_of_the_ticket(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.gets(
        "My colleague", in_reply_to="<in-1@example.net>", cc="Ben <ben@example.net>", authentication_results=VERIFIED
    )
    done = desk.gets("Ben here", **{"from": "Ben <ben@example.net>"}, in_reply_to="<in-1@example.net>")
    assert done.ticket_number == ticket.number


def test_answers_to_one_newsletter_never_meet(desk: Desk) -> None:
    letter = "<news-7@shop.example>"
    first = desk.gets("Is the lamp in stock?", in_reply_to=letter)
    second = desk.gets("Unsubscribe me", **{"from": MALLORY}, in_reply_to=letter, references=letter)
    assert second.ticket_number != first.ticket_number
    assert ticket_of(second).follows is None


def test_forward_by_a_stranger_is_a_ticket_of_the_stranger(desk: Desk) -> None:
    done = desk.gets(FORWARD, **{"from": MALLORY}, subject="Fwd: Order 17")
    assert ticket_of(done).contact == Identity.objects.get(value="mallory@evil.example.com").contact


FORWARD = """Please look after this one.

---------- Forwarded message ---------
From: Vera Lund <vera@mail.example>
Date: Fri, 20 Nov 2026 at 10:00
Subject: Order 17
To: <boss@desk.example>

Where is my order?
"""


def test_forward_by_a_verified_agent_is_a_ticket_of_the_original_sender(desk: Desk) -> None:
    mia = an_agent("Mia Winter")
    done = desk.gets(
        FORWARD, **{"from": f"Mia <{mia.email}>"}, subject="Fwd: Order 17", authentication_results=AGENT_VERIFIED
    )
    ticket = ticket_of(done)
    assert (str(ticket.contact), ticket.subject) == ("Vera Lund", "Order 17")
    first, cover = ticket.messages.order_by("seq")
    assert (first.text, first.direction, first.sender_proof) == ("Where is my order?", "in", "Forwarded by Mia Winter")
    assert (cover.kind, cover.text, cover.author_agent) == ("note", "Please look after this one.", mia)
    assert [item["address"] for item in reach(ticket).recipients.to] == ["vera@mail.example"]


def test_forward_that_claims_to_be_from_an_agent_is_shown_as_what_it_is(desk: Desk) -> None:
    mia = an_agent("Mia Winter")
    done = desk.gets(FORWARD, **{"from": f"Mia <{mia.email}>"}, subject="Fwd: Order 17")
    assert ticket_of(done).contact.identities.get().value == mia.email


def test_mail_attached_to_a_forward_names_its_sender(desk: Desk) -> None:
    mia = an_agent("Mia Winter")
    inner = mail("Where is it?", **{"from": "Vera Lund <vera@mail.example>"}, subject="Order 17").decode()
    kind, body = multipart("mixed", "Content-Type: text/plain\n\nFor us.", f"Content-Type: message/rfc822\n\n{inner}")
    headers = {"from": mia.email, "subject": "Fwd: Order 17", "authentication_results": AGENT_VERIFIED}
    done = desk.gets(body, content_type=kind, mime_version="1.0", **headers)
    assert str(ticket_of(done).contact) == "Vera Lund"


def agent_address(ticket: Ticket, agent: Agent) -> str:
    ticket.refresh_from_db()
    return tokens.agent_address(ADDRESS, ticket_id=ticket.pk, seq=ticket.last_public_seq, to=agent.email)


def test_verified_agent_answers_a_notification_by_mail(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    headers = {"from": mia.email, "authentication_results": AGENT_VERIFIED}
    done = desk.gets("A new one is on its way.", to=agent_address(ticket, mia), **headers)
    message = message_of(done)
    assert (message.kind, message.direction, message.author_agent) == ("reply", "out", mia)
    deliver([message.pk])
    assert desk.relay.mails[-1].rcpt_tos == ["rosa@example.net"]
    again = desk.gets(
        "A new one is on its way.", to=agent_address(ticket, mia), message_id="<in-2@example.net>", **headers
    )
    assert again.outcome == "duplicate"


def test_verified_agent_writes_a_note_by_mail(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    headers = {"from": mia.email, "authentication_results": AGENT_VERIFIED}
    done = desk.gets("#note She called, too.", to=agent_address(ticket, mia), **headers)
    assert (message_of(done).kind, message_of(done).text) == ("note", "She called, too.")


@pytest.mark.parametrize("results", ["", "mx.evil.example; dmarc=pass", "mx.desk.example; dmarc=fail"])
def test_unproved_agent_never_writes_to_the_customer(desk: Desk, results: str) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    headers = {"from": mia.email, "authentication_results": results}
    done = desk.gets("Send money to me.", to=agent_address(ticket, mia), **headers)
    message = message_of(done)
    assert (message.kind, message.author_agent, message.ticket) == ("note", None, ticket)
    assert "Nobody vouches for that" in message.text
    assert desk.relay.mails == []


def test_agents_holiday_message_is_sent_to_nobody(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    headers = {"from": mia.email, "authentication_results": AGENT_VERIFIED, "auto_submitted": "auto-replied"}
    assert desk.gets("I am on holiday.", to=agent_address(ticket, mia), **headers).outcome == "ignored"
    assert ticket.messages.count() == 1


def test_agents_address_in_other_hands_is_worth_nothing(desk: Desk) -> None:
    ticket, mia, ben = desk.ticket(), an_agent("Mia Winter"), an_agent("Ben Frost")
    headers = {"from": ben.email, "authentication_results": AGENT_VERIFIED}
    done = desk.gets("Hello", to=agent_address(ticket, mia), **headers)
    assert done.ticket_number != ticket.number
    assert not Message.objects.filter(direction="out").exists()


def test_agent_impersonation_without_the_address_is_a_note_at_most(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    sent = desk.answers(ticket)
    desk.relay.mails.clear()
    done = desk.gets("Refund approved", **{"from": mia.email}, in_reply_to=f"<{sent.external_id}>")
    assert (message_of(done).kind, message_of(done).author_agent) == ("note", None)
    by_number = desk.gets("Refund approved", **{"from": mia.email}, subject=f"[#{ticket.number}]")
    assert ticket_of(by_number).follows == ticket
    assert desk.relay.mails == []


def test_agents_answer_that_came_too_late_is_kept_as_a_note(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    address = agent_address(ticket, mia)
    desk.gets("Never mind, it works.", in_reply_to="<in-1@example.net>")
    done = desk.gets("Try this.", to=address, **{"from": mia.email}, authentication_results=AGENT_VERIFIED)
    assert message_of(done).kind == "note"
    assert "somebody wrote in the meantime" in done.reason


def test_one_mail_to_two_inboxes_makes_two_linked_tickets(desk: Desk) -> None:
    other = Inbox.objects.create(kind="email", name="Sales", address="sales@desk.example")
    raw = mail("To both", to=f"{ADDRESS}, sales@desk.example", message_id="<both@example.net>")
    first = receive(desk.inbox, Mail(raw=raw, rcpt_to=ADDRESS))
    second = receive(other, Mail(raw=raw, rcpt_to="sales@desk.example"))
    assert (ticket_of(second).follows, ticket_of(second).follows_why) == (ticket_of(first), "copy")


def test_answer_to_one_inbox_with_a_copy_to_another_stays_one_message_in_its_ticket(desk: Desk) -> None:
    other = Inbox.objects.create(kind="email", name="Sales", address="sales@desk.example")
    ticket = desk.ticket()
    own = tokens.reply_address(ADDRESS, ticket_id=ticket.pk, to="rosa@example.net")
    raw = mail(
        "More", to=own, cc="sales@desk.example", message_id="<more@example.net>", in_reply_to="<in-1@example.net>"
    )
    receive(desk.inbox, Mail(raw=raw, rcpt_to=own))
    receive(other, Mail(raw=raw, rcpt_to="sales@desk.example"))
    assert ticket.messages.filter(text="More").count() == 1


def test_answer_after_resolving_reopens_within_the_grace_period_only(desk: Desk) -> None:
    ticket = desk.ticket()
    sent = desk.answers(ticket)
    changes.set_status(ticket, status="closed", actor=an_agent().as_actor())
    done = desk.gets("Still broken", in_reply_to=f"<{sent.external_id}>")
    ticket.refresh_from_db()
    assert (done.ticket_number, ticket.status) == (ticket.number, "open")
    changes.set_status(ticket, status="closed", actor=an_agent().as_actor())
    Inbox.objects.update(reopen_days=0)
    desk.inbox.refresh_from_db()
    late = ticket_of(desk.gets("Broken again", in_reply_to=f"<{sent.external_id}>"))
    assert (late.follows, late.follows_why) == (ticket, "follow_up")


def test_third_party_answers_into_the_side_conversation_only(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    to = [{"name": "Acme", "address": "parts@acme.example"}]
    asked = sides.start_side(ticket, to=to, subject="Hinges", letter=Letter(text="In stock?"), actor=mia.as_actor())
    deliver([asked.pk])
    asked.refresh_from_db()
    letter = desk.relay.mails[-1]
    assert letter.rcpt_tos == ["parts@acme.example"]
    content = letter.content if isinstance(letter.content, bytes) else str(letter.content).encode()
    assert b"rosa@example.net" not in content
    assert b"The hinge broke" not in content
    address = tokens.side_address(ADDRESS, side_id=asked.side_id or 0, to="parts@acme.example")
    by_token = desk.gets("Yes, four.", to=address, **{"from": "parts@acme.example"})
    by_reference = desk.gets("Five.", **{"from": "parts@acme.example"}, in_reply_to=f"<{asked.external_id}>")
    for done in (by_token, by_reference):
        message = message_of(done)
        assert (message.kind, message.side_id, message.ticket) == ("side", asked.side_id, ticket)
    ticket.refresh_from_db()
    assert (ticket.message_count, ticket.last_public_seq) == (1, 2)
    assert [item["address"] for item in desk.answers(ticket, mia).recipients["to"]] == ["rosa@example.net"]


def test_customer_never_gets_into_a_side_conversation(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    to = [{"name": "Acme", "address": "parts@acme.example"}]
    asked = sides.start_side(ticket, to=to, subject="Hinges", letter=Letter(text="In stock?"), actor=mia.as_actor())
    deliver([asked.pk])
    asked.refresh_from_db()
    address = tokens.side_address(ADDRESS, side_id=asked.side_id or 0, to="parts@acme.example")
    for done in (desk.gets("I found this address", to=address), desk.gets("x", in_reply_to=f"<{asked.external_id}>")):
        assert message_of(done).kind == "reply"
        assert message_of(done).side_id is None


def test_agent_joins_a_ticket_that_was_kept_out_with_one_click(desk: Desk) -> None:
    ticket, mia = desk.ticket(), an_agent("Mia Winter")
    apart = ticket_of(desk.gets("It is me", subject=f"[#{ticket.number}]", **{"from": "Rosa <rosa@home.example>"}))
    moving.merge(apart, into=ticket, actor=mia.as_actor())
    done = desk.gets("And again", **{"from": "Rosa <rosa@home.example>"}, in_reply_to="<in-2@example.net>")
    assert done.ticket_number == ticket.number
