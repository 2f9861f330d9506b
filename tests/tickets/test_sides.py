"""Side conversations: third parties only, apart from the customer, and their states."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotAllowed
from tests.cast import Cast, new_ticket, receive
from tests.desk import agent_replies
from tickets.inbound import Clues, Sender
from tickets.models import Message, SideConversation, TicketEvent
from tickets.selectors.outgoing import answered_by, conversation_of
from tickets.selectors.timeline import timeline
from tickets.services import changes, moving, sides
from tickets.services.sides import Letter

pytestmark = pytest.mark.django_db
ACME = {"name": "Acme", "address": "Parts@Acme.example"}
PARTS = Sender(kind="email", value="parts@acme.example", name="Acme")


def asked(cast: Cast) -> Message:
    ticket = new_ticket(cast.mail)
    return sides.start_side(
        ticket, to=[ACME], subject="Hinges", letter=Letter(text="In stock?"), actor=cast.ana.as_actor()
    )


def answer(message: Message, text: str = "Yes", **values: object) -> Message:
    clues = Clues(message_id=f"{text}@acme.example", side_token_id=message.side_id)
    done = receive(message.ticket.inbox, text, sender=PARTS, clues=clues, **values)
    return Message.objects.get(pk=done.message_id or 0)


def test_question_and_answer_stand_apart_from_the_customer(cast: Cast) -> None:
    question = asked(cast)
    before = timeline(question.ticket)
    reply = answer(question)
    ticket = question.ticket
    ticket.refresh_from_db()
    assert (reply.kind, reply.side_id, reply.ticket) == ("side", question.side_id, ticket)
    assert [entry.message for entry in timeline(ticket).entries if entry.message] == [
        entry.message for entry in before.entries if entry.message
    ]
    assert (ticket.message_count, ticket.waiting_since is not None) == (1, True)
    assert SideConversation.objects.get().state == "answered"
    kinds = TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True)
    assert {"SideMessageQueued", "SideMessageReceived"} <= set(kinds)


@pytest.mark.parametrize("address", ["rosa@example.net", " Rosa@Example.NET "])
def test_customer_is_refused(cast: Cast, address: str) -> None:
    ticket = new_ticket(cast.mail)
    with pytest.raises(Invalid) as refused:
        sides.start_side(
            ticket,
            to=[ACME, {"name": "", "address": address}],
            subject="Hinges",
            letter=Letter(text="Hi"),
            actor=cast.ana.as_actor(),
        )
    assert "is the customer" in refused.value.fields["to"]
    assert not SideConversation.objects.exists()


def test_third_party_who_became_a_customer_is_refused_from_then_on(cast: Cast) -> None:
    question = asked(cast)
    clues = Clues(message_id="x@acme.example", reply_token_ticket_id=question.ticket_id)
    receive(cast.mail, "I also have a question", sender=PARTS, clues=clues)
    assert question.side is not None
    with pytest.raises(Invalid):
        sides.answer_side(question.side, letter=Letter(text="Hello"), actor=cast.ana.as_actor())


def test_own_addresses_and_nobody_are_refused(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    for to in ([], [{"name": "", "address": cast.legal_mail.address}], [{"name": "x", "address": "no"}]):
        with pytest.raises(Invalid):
            sides.start_side(ticket, to=to, subject="S", letter=Letter(text="Hi"), actor=cast.ana.as_actor())
    with pytest.raises(NotAllowed):
        sides.start_side(ticket, to=[ACME], subject="S", letter=Letter(text="Hi"), actor=cast.lia.as_actor())


def test_answer_wakes_a_ticket_that_waited_for_them(cast: Cast) -> None:
    question = asked(cast)
    changes.set_status(question.ticket, status="on_hold", actor=cast.ana.as_actor())
    answer(question, "I am on holiday", is_automatic=True)
    question.ticket.refresh_from_db()
    assert question.ticket.status == "on_hold"
    answer(question, "Yes, four")
    question.ticket.refresh_from_db()
    assert question.ticket.status == "open"


def test_what_is_quoted_and_threaded_is_their_own(cast: Cast) -> None:
    question = asked(cast)
    agent_replies(question.ticket, cast.ana)
    reply = answer(question)
    assert question.side is not None
    second = sides.answer_side(question.side, letter=Letter(text="Two, please"), actor=cast.ana.as_actor())
    assert answered_by(second) == reply
    assert set(conversation_of(second)) == {question, reply, second}
    to_customer = agent_replies(question.ticket, cast.ana, text="They have it")
    assert not {question, reply, second} & set(conversation_of(to_customer))


def test_same_key_writes_once(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    letter = Letter(text="In stock?", key="k1")
    one = sides.start_side(ticket, to=[ACME], subject="Hinges", letter=letter, actor=cast.ana.as_actor())
    two = sides.start_side(ticket, to=[ACME], subject="Hinges", letter=letter, actor=cast.ana.as_actor())
    assert one == two
    assert SideConversation.objects.count() == 1


def test_side_conversation_goes_along_when_its_ticket_is_merged(cast: Cast) -> None:
    question = asked(cast)
    Message.objects.filter(pk=question.pk).update(delivery="sent")
    other = new_ticket(cast.mail, "Elsewhere")
    move = moving.merge(question.ticket, into=other, actor=cast.ana.as_actor())
    assert SideConversation.objects.get().ticket == other
    assert answer(question).ticket == other
    moving.undo_move(question.ticket, event_id=move.event_id, actor=cast.ana.as_actor())
    assert SideConversation.objects.get().ticket == question.ticket


def test_closed_one_is_told_and_opens_with_the_next_letter(cast: Cast) -> None:
    question = asked(cast)
    assert question.side is not None
    assert sides.close_side(question.side, actor=cast.ana.as_actor()).state == "closed"
    sides.answer_side(question.side, letter=Letter(text="One more thing"), actor=cast.ana.as_actor())
    assert SideConversation.objects.get().state == "waiting"
