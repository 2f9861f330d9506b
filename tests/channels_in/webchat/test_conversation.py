"""What a visitor reads: their own words and the answers to them, field by field, and not a byte more."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from channels_in.selectors.held import held_visible_to
from channels_in.services.deliver import deliver
from channels_in.webchat import conversation
from channels_in.webchat.services import reading, words
from core.errors import Invalid, NotAllowed, NotFound, TooLarge
from core.events.catalogue import SYSTEM
from tests.cast import Cast, last_message
from tests.channels_in.webchat.people import a_visitor, says
from tests.desk import agent_replies, customer_writes
from tickets.inbound import InboundFile
from tickets.models import Attachment, Message, Ticket
from tickets.services import messages

pytestmark = pytest.mark.django_db

CANARY = "canary-5d1e-internal"
PUBLIC_KEYS = {"seq", "from", "text", "at", "files", "id", "seen", "name", "read"}


def shown(visitor_ticket: Ticket, visitor: object) -> list[dict[str, object]]:
    return conversation.newest(visitor, visitor_ticket).messages  # type: ignore[arg-type]  # a ChatVisitor


def test_note_is_written_and_the_visitor_never_sees_it(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    messages.add_note(ticket, text=f"Do not tell: {CANARY}", actor=cast.ana.as_actor())
    messages.add_note(ticket, text=CANARY, actor=SYSTEM)
    customer_writes(cast.mail, CANARY, on=ticket)
    agent_replies(ticket, cast.ana, CANARY)  # answers the mail, by mail
    found = shown(ticket, visitor)
    assert [message["text"] for message in found] == ["Where is my parcel?"]
    assert CANARY not in json.dumps(found)


def test_note_is_handed_to_the_public_form_and_refused(cast: Cast) -> None:
    ticket = says(a_visitor(cast.chat))
    note = messages.add_note(ticket, text=CANARY, actor=cast.ana.as_actor())
    with pytest.raises(ValueError, match="public"):
        conversation.public_message(note)


def test_agent_answers_and_the_visitor_reads_name_text_and_time_only(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    agent_replies(ticket, cast.ana, "On its way.")
    own, answer = shown(ticket, visitor)
    assert (own["from"], answer["from"], answer["name"]) == ("visitor", "desk", "Ana")
    assert set(own) | set(answer) <= PUBLIC_KEYS
    assert cast.ana.email not in json.dumps([own, answer])


def test_agent_takes_a_reply_back_and_it_is_gone(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    reply = agent_replies(ticket, cast.ana, "Oops")
    Message.objects.filter(pk=reply.pk).update(delivery="retracted")
    assert len(shown(ticket, visitor)) == 1


def test_two_visitors_write_and_neither_sees_the_other(cast: Cast) -> None:
    eva, tom = a_visitor(cast.chat), a_visitor(cast.chat)
    evas, toms = says(eva, "I am Eva"), says(tom, "I am Tom")
    assert evas != toms
    assert conversation.ticket_of(eva) == evas
    # Even when both conversations were put into one ticket, each reads their own words.
    Message.objects.filter(ticket=toms).update(ticket=evas, seq=99)
    assert [message["text"] for message in shown(evas, eva)] == ["I am Eva"]


def test_visitor_asks_for_what_came_after_and_for_what_was_before(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor, "one")
    says(visitor, "two")
    third = says(visitor, "three")
    assert third == ticket
    seqs = [int(str(message["seq"])) for message in shown(ticket, visitor)]
    after = conversation.after(visitor, ticket, seq=seqs[0])
    assert after is not None
    assert [message["text"] for message in after.messages] == ["two", "three"]
    before = conversation.newest(visitor, ticket, before_seq=seqs[1])
    assert [message["text"] for message in before.messages] == ["one"]


def test_visitor_was_away_for_more_than_a_page_and_starts_anew(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "PAGE", 2)
    visitor = a_visitor(cast.chat)
    for text in ("one", "two", "three", "four"):
        ticket = says(visitor, text)
    assert conversation.after(visitor, ticket, seq=0) is None
    page = conversation.newest(visitor, ticket)
    assert page.has_earlier
    assert [message["text"] for message in page.messages] == ["three", "four"]


def test_same_message_is_sent_twice_and_stored_once(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    for _ in range(3):
        words.say(visitor, client_id="same-id-1", text="Hello")
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("client_id", "text", "error"),
    [
        ("short", "Hello", Invalid),
        ("has spaces in it", "Hello", Invalid),
        ("good-id-1", " \u200b\n ".replace("\u200b", ""), Invalid),
        ("good-id-1", "é" * 5001, TooLarge),
    ],
)
def test_message_that_cannot_be_is_refused_before_it_is_stored(
    cast: Cast, client_id: str, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        words.say(a_visitor(cast.chat), client_id=client_id, text=text)


def test_blocked_contact_writes_and_is_told_no(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    says(visitor)
    visitor.identity.contact.is_blocked = True
    visitor.identity.contact.save()
    with pytest.raises(NotAllowed):
        words.say(visitor, client_id="good-id-2", text="Again")
    assert held_visible_to(cast.ana).count() == 1


def test_files_come_in_and_only_their_owner_opens_them(cast: Cast) -> None:
    eva, tom = a_visitor(cast.chat), a_visitor(cast.chat)
    picture = InboundFile(name="a.png", content_type="image/png", content=b"\x89PNG")
    ticket = says(eva, "", files=[picture])
    says(tom)
    file = Attachment.objects.get()
    assert conversation.file_for(eva, file.pk) == file
    assert shown(ticket, eva)[0]["files"] == [{"id": str(file.pk), "name": "a.png", "size": 4, "type": "image/png"}]
    for someone, wanted in ((tom, file.pk), (eva, uuid4()), (a_visitor(cast.chat), file.pk)):
        with pytest.raises(NotFound):
            conversation.file_for(someone, wanted)


def test_file_on_a_note_stays_inside(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    note = messages.add_note(ticket, text="see file", actor=cast.ana.as_actor())
    file = Attachment.objects.create(message=note, storage_name="x", name="x", content_type="x", size=1, sha256="x")
    with pytest.raises(NotFound):
        conversation.file_for(visitor, file.pk)


def test_visitor_receives_then_reads_and_the_agent_knows(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    ticket = says(visitor)
    reply = agent_replies(ticket, cast.ana)
    assert reading.mark_read(visitor, seq=reply.seq) == 0  # it has not left yet
    deliver([reply.pk])
    assert reading.mark_received(visitor, seq=reply.seq) == 1
    assert last_message(ticket).delivery == "delivered"
    assert reading.mark_read(visitor, seq=reply.seq) == 1
    assert last_message(ticket).delivery == "read"
    assert reading.mark_received(visitor, seq=reply.seq) == 0


def test_someone_else_cannot_mark_it_read(cast: Cast) -> None:
    ticket = says(a_visitor(cast.chat))
    reply = agent_replies(ticket, cast.ana)
    deliver([reply.pk])
    other = a_visitor(cast.chat)
    says(other)
    assert reading.mark_read(other, seq=reply.seq) == 0
