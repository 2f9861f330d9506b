"""How messages come in: three round trips, one message each, the right ticket, and the reason said."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Contact, Organization
from routing.selectors import listening
from sla.services import fitting
from tests.cast import Cast, inbound, last_message, new_ticket, receive, ticket_of
from tickets.inbound import Clues, Sender
from tickets.models import Inbox, Message, MessageRef, Status, Ticket, TicketEvent
from tickets.services import changes
from tickets.services.files import store
from tickets.services.intake import record_inbound

pytestmark = pytest.mark.django_db


def _trips(captured: CaptureQueriesContext) -> int:
    """Statements sent, beside the transaction's own brackets."""
    brackets = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(1 for query in captured.captured_queries if not query["sql"].startswith(brackets))


def test_contact_writes_opens_ticket_with_gapless_events(cast: Cast) -> None:
    result = receive(cast.mail, "Where is my refund?")
    ticket = ticket_of(result)
    assert (result.outcome, ticket.subject, ticket.contact) == ("created", "Refund", cast.rosa)
    assert ticket.team == cast.support
    events = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", "kind"))
    assert events[:2] == [(1, "TicketOpened"), (2, "MessageReceived")]
    assert ticket.last_seq == events[-1][0] == len(events)
    assert last_message(ticket).seq == 2


def test_stranger_writes_becomes_contact(cast: Cast) -> None:
    sender = Sender(kind="email", value="Leo@Example.ORG", name="Leo W.")
    result = receive(cast.mail, sender=sender)
    contact = ticket_of(result).contact
    assert contact.name == "Leo W."
    assert contact.identities.get().value == "leo@example.org"
    again = receive(cast.mail, sender=Sender(kind="email", value="leo@example.org"))
    assert ticket_of(again).contact == contact


def test_inbound_message_takes_at_most_three_round_trips(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for remembering in (fitting, listening):
        monkeypatch.setattr(remembering, "KEPT_SECONDS", 600)
        remembering.forget()
    receive(cast.mail)  # reads the policies, which are remembered from then on
    with CaptureQueriesContext(connection) as opening:
        first = receive(cast.mail, sender=Sender(kind="email", value="new@example.org"))
    answer = inbound(
        "And now?",
        sender=Sender(kind="email", value="new@example.org"),
        clues=Clues(message_id="b@x", references=(last_message(ticket_of(first)).external_id,)),
    )
    stored = [store(b"%PDF", name="a.pdf", content_type="application/pdf")]
    with CaptureQueriesContext(connection) as appending:
        record_inbound(answer, inbox=cast.mail, stored=stored)
    assert _trips(opening) <= 3
    assert _trips(appending) <= 3


def test_same_delivery_twice_makes_one_message(cast: Cast) -> None:
    message = inbound()
    first, second = record_inbound(message, inbox=cast.mail), record_inbound(message, inbox=cast.mail)
    assert (second.outcome, second.message_id) == ("duplicate", first.message_id)
    assert Message.objects.count() == 1


def test_answer_by_references_joins_and_says_why(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    origin = last_message(ticket).external_id
    result = receive(cast.mail, "More", clues=Clues(message_id="b@x", in_reply_to=origin))
    assert (result.outcome, result.ticket_id) == ("appended", ticket.pk)
    assert last_message(ticket).thread_reason == "Threaded because its References matched"


def test_stranger_who_quotes_a_thread_opens_linked_ticket(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    origin = last_message(ticket).external_id
    mallory = Sender(kind="email", value="mallory@evil.example")
    result = receive(cast.mail, "Me too", sender=mallory, clues=Clues(message_id="m@x", references=(origin,)))
    opened = ticket_of(result)
    assert result.outcome == "created"
    assert opened.follows == ticket
    assert "not part of it" in result.reason


def test_stranger_with_subject_number_stays_out(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    mallory = Sender(kind="email", value="mallory@evil.example")
    result = receive(cast.mail, sender=mallory, clues=Clues(message_id="m@x", subject_number=ticket.number))
    assert result.ticket_id != ticket.pk


def test_colleague_of_same_organization_may_join(cast: Cast) -> None:
    acme = Organization.objects.create(name="Acme")
    Contact.objects.filter(pk=cast.rosa.pk).update(organization=acme)
    ticket = new_ticket(cast.mail)
    Ticket.objects.filter(pk=ticket.pk).update(organization=acme)
    receive(cast.mail, sender=Sender(kind="email", value="boss@acme.example"))
    Contact.objects.filter(identities__value="boss@acme.example").update(organization=acme)
    boss = Sender(kind="email", value="boss@acme.example")
    clues = Clues(message_id="boss-2@x", references=(last_message(ticket).external_id,))
    assert receive(cast.mail, sender=boss, clues=clues).ticket_id == ticket.pk


def test_signed_reply_address_beats_everything(cast: Cast) -> None:
    ticket, other = new_ticket(cast.mail), new_ticket(cast.mail)
    clues = Clues(message_id="t@x", reply_token_ticket_id=ticket.pk, references=(last_message(other).external_id,))
    sender = Sender(kind="email", value="rosa.private@example.com")
    assert receive(cast.mail, sender=sender, clues=clues).ticket_id == ticket.pk


def test_chat_conversation_goes_on_in_its_ticket(cast: Cast) -> None:
    visitor = Sender(kind="webchat", value="v-1", name="Visitor")
    first = receive(cast.chat, sender=visitor, external_id="c1", clues=Clues(thread_key="conv-1"))
    second = receive(cast.chat, sender=visitor, external_id="c2", clues=Clues(thread_key="conv-1"))
    assert second.ticket_id == first.ticket_id


def test_customer_answers_resolved_ticket_reopens_it(cast: Cast) -> None:
    ticket = changes.set_status(new_ticket(cast.mail), status="resolved", actor=cast.ana.as_actor())
    clues = Clues(message_id="r@x", references=(last_message(ticket).external_id,))
    receive(cast.mail, "Not solved", clues=clues)
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN
    assert ticket.resolved_at is None


def test_customer_answers_long_resolved_ticket_opens_follow_up(cast: Cast) -> None:
    Inbox.objects.filter(pk=cast.mail.pk).update(reopen_days=0)
    cast.mail.refresh_from_db()
    ticket = changes.set_status(new_ticket(cast.mail), status="resolved", actor=cast.ana.as_actor())
    clues = Clues(message_id="r@x", references=(last_message(ticket).external_id,))
    result = receive(cast.mail, "Again", clues=clues)
    assert (result.outcome, ticket_of(result).follows_id) == ("created", ticket.pk)


def test_automatic_answer_wakes_nothing(cast: Cast) -> None:
    ticket = changes.set_status(new_ticket(cast.mail), status="pending", actor=cast.ana.as_actor())
    clues = Clues(message_id="auto@x", references=(last_message(ticket).external_id,))
    receive(cast.mail, "I am on holiday", clues=clues, is_automatic=True)
    ticket.refresh_from_db()
    assert ticket.status == Status.PENDING
    assert last_message(ticket).is_automatic


def test_same_mail_to_two_inboxes_makes_two_linked_tickets(cast: Cast) -> None:
    message = inbound(clues=Clues(message_id="both@x"), external_id="both@x")
    first, second = record_inbound(message, inbox=cast.mail), record_inbound(message, inbox=cast.legal_mail)
    assert ticket_of(second).follows_id == first.ticket_id


def test_blocked_contact_is_ignored(cast: Cast) -> None:
    Contact.objects.filter(pk=cast.rosa.pk).update(is_blocked=True)
    assert receive(cast.mail).outcome == "blocked"
    assert not Message.objects.exists()


def test_hostile_text_reaches_the_database_harmless(cast: Cast) -> None:
    result = receive(
        cast.mail, "a\x00b\ud800c", external_id="e\x00", html="<p>\x00</p>", subject="\x00" * 3 + "x" * 900
    )
    message = last_message(ticket_of(result))
    assert message.text == "ab?c"
    assert MessageRef.objects.filter(ticket=ticket_of(result)).count() == 1
