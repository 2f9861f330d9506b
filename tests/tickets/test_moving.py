"""Messages move between tickets and come back: nothing is lost, nothing is guessed, undo puts all back exactly."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db.models import Sum
from django.forms.models import model_to_dict

from core.errors import Conflict, Invalid, NotAllowed
from core.events.catalogue import MessagesMovedOut
from tests.cast import Cast, last_message, new_ticket, receive, ticket_of
from tests.desk import agent_replies
from tickets.inbound import Clues, Sender
from tickets.models import ChannelThread, Message, MessageRef, Status, Ticket, TicketCount, TicketEvent
from tickets.selectors.search import search
from tickets.selectors.timeline import entries_after, retracted_after, timeline
from tickets.services import changes, messages, moving

pytestmark = pytest.mark.django_db


def sent(message: Message) -> Message:
    """As if it had left."""
    Message.objects.filter(pk=message.pk).update(delivery="sent", external_id=f"sent-{message.pk}@desk.example")
    return message


def on(ticket: Ticket, text: str = "More", **values: Any) -> Message:
    """The customer writes once more in their ticket."""
    clues = Clues(message_id=f"{text}@mail.example.net", reply_token_ticket_id=ticket.pk)
    came = receive(ticket.inbox, text, clues=clues, **values)
    assert came.message_id is not None
    return Message.objects.get(pk=came.message_id)


def world() -> dict[str, Any]:
    """Every row that a move may touch, but for the journal and its counters."""
    kept_out = {"last_seq", "updated_at", "open_since", "status_since", "assigned_since"}
    return {
        "tickets": {
            row.pk: {
                name: value
                for name, value in model_to_dict(row, [f.name for f in row._meta.fields]).items()
                if name not in kept_out and not name.endswith("_since_at") and not name.startswith("sla_")
            }
            | {"waiting_since": row.waiting_since}
            for row in Ticket.objects.all()
        },
        "messages": sorted(Message.objects.values_list("pk", "ticket", "seq", "text", "external_id", "moved_from")),
        "threads": sorted(ChannelThread.objects.values_list("pk", "ticket", "key")),
        "refs": sorted(MessageRef.objects.values_list("pk", "ticket", "kind", "message_id")),
    }


def assert_gapless(*tickets: Ticket) -> None:
    for ticket in tickets:
        ticket.refresh_from_db()
        seqs = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, ticket.last_seq + 1))


def test_agent_moves_a_message_and_both_tickets_say_so(cast: Cast) -> None:
    here, there = new_ticket(cast.mail, "First"), new_ticket(cast.mail, "Elsewhere")
    stray = on(here, "Stray words")
    seq = here.last_seq
    moving.move_messages(here, message_ids=[stray.pk], target=there, actor=cast.ana.as_actor())
    stray.refresh_from_db()
    here.refresh_from_db()
    there.refresh_from_db()
    assert (stray.ticket, stray.seq) == (there, there.last_seq)
    assert (here.message_count, here.snippet) == (1, "First")
    assert (there.message_count, there.snippet) == (2, "Stray words")
    assert [entry.message for entry in timeline(there).entries if entry.message][-1] == stray
    assert retracted_after(here, seq) == [stray.pk]
    assert [entry.message.pk for entry in entries_after(there, there.last_seq - 1) if entry.message] == [stray.pk]
    assert_gapless(here, there)


def test_undo_puts_everything_back_exactly(cast: Cast) -> None:
    here, there = new_ticket(cast.mail, "First"), new_ticket(cast.mail, "Elsewhere")
    sent(agent_replies(there, cast.ana))
    changes.set_status(there, status="resolved", actor=cast.ana.as_actor())
    stray, other = on(here, "Stray words"), on(here, "And these")
    before = world()
    move = moving.move_messages(here, message_ids=[stray.pk, other.pk], target=there, actor=cast.ana.as_actor())
    there.refresh_from_db()
    assert there.status == Status.OPEN
    moving.undo_move(here, event_id=move.event_id, actor=cast.ana.as_actor())
    assert world() == before
    assert_gapless(here, there)
    assert {entry.message for entry in entries_after(here, move.seq) if entry.message} == {stray, other}


def test_counts_and_search_follow_a_merge_and_its_undo(cast: Cast) -> None:
    here, there = new_ticket(cast.mail, "Zebra question"), new_ticket(cast.mail, "Elsewhere")

    def open_ones() -> int:
        return int(TicketCount.objects.filter(status="open").aggregate(n=Sum("n"))["n"])

    assert open_ones() == 2
    move = moving.merge(here, into=there, actor=cast.ana.as_actor())
    assert open_ones() == 1
    assert [hit.ticket for hit in search(cast.ana, "Zebra question")] == [there]
    moving.undo_move(here, event_id=move.event_id, actor=cast.ana.as_actor())
    assert open_ones() == 2
    assert [hit.ticket for hit in search(cast.ana, "Zebra question")] == [here]


def test_merged_ticket_is_closed_and_hears_nothing_any_more(cast: Cast) -> None:
    here, there = new_ticket(cast.mail, "First"), new_ticket(cast.mail, "Elsewhere")
    origin = last_message(here).external_id
    before = world()
    move = moving.merge(here, into=there, actor=cast.ana.as_actor())
    here.refresh_from_db()
    assert (here.status, here.merged_into, here.message_count) == ("closed", there, 0)
    assert on(here, "By the old address").ticket == there
    answer = Clues(message_id="later@x", in_reply_to=origin)
    assert receive(cast.mail, "By reference", clues=answer).ticket_id == there.pk
    moving.undo_move(here, event_id=move.event_id, actor=cast.ana.as_actor())
    here.refresh_from_db()
    assert (here.status, here.merged_into) == ("open", None)
    # What came in the meantime stays where it was answered.
    assert there.messages.count() == 3
    assert world()["tickets"][here.pk] == before["tickets"][here.pk]
    assert receive(cast.mail, "Again", clues=Clues(message_id="z@x", in_reply_to=origin)).ticket_id == here.pk


def test_chain_of_merges_leads_to_the_last_ticket(cast: Cast) -> None:
    one, two, three = (new_ticket(cast.mail, text) for text in ("One", "Two", "Three"))
    moving.merge(one, into=two, actor=cast.ana.as_actor())
    moving.merge(two, into=three, actor=cast.ana.as_actor())
    assert on(one, "Still me").ticket == three


def test_merge_or_move_into_a_ticket_that_was_merged_is_refused(cast: Cast) -> None:
    """Two that lead to each other would lead nowhere."""
    one, two = (new_ticket(cast.mail, text) for text in ("One", "Two"))
    moving.merge(one, into=two, actor=cast.ana.as_actor())
    with pytest.raises(Conflict):
        moving.merge(two, into=one, actor=cast.ana.as_actor())
    with pytest.raises(Conflict):
        moving.move_messages(two, message_ids=[last_message(two).pk], target=one, actor=cast.ana.as_actor())


def test_chat_goes_on_in_the_ticket_that_it_was_merged_into(cast: Cast) -> None:
    visitor = Sender(kind="webchat", value="v-1", name="Visitor")
    chat = ticket_of(receive(cast.chat, "Hello", sender=visitor, external_id="c1", clues=Clues(thread_key="k")))
    mail = new_ticket(cast.mail)
    before = world()
    move = moving.merge(chat, into=mail, actor=cast.ana.as_actor())
    said = receive(cast.chat, "Still here", sender=visitor, external_id="c2", clues=Clues(thread_key="k"))
    assert said.ticket_id == mail.pk
    moving.undo_move(chat, event_id=move.event_id, actor=cast.ana.as_actor())
    assert world()["threads"] == before["threads"]


def test_split_makes_a_ticket_of_the_one_who_wrote(cast: Cast) -> None:
    here = new_ticket(cast.mail, "First", subject="Chair")
    changes.assign(here, agent=cast.ben, actor=cast.ana.as_actor())
    second = on(here, "And my table is broken", subject="Table")
    before = world()
    move = moving.split_off(here, message_ids=[second.pk], actor=cast.ana.as_actor())
    made = Ticket.objects.get(pk=move.other_id)
    assert (made.subject, made.contact, made.team, made.assignee) == ("Table", cast.rosa, cast.support, cast.ben)
    assert (made.follows, made.follows_why, made.waiting_since) == (here, "split", second.created_at)
    assert_gapless(here, made)
    moving.undo_move(here, event_id=move.event_id, actor=cast.ana.as_actor())
    made.refresh_from_db()
    assert (made.status, made.merged_into, made.message_count) == ("closed", here, 0)
    after = world()
    del after["tickets"][made.pk]
    assert after == before


def test_answer_to_a_moved_mail_finds_its_new_ticket(cast: Cast) -> None:
    here, there = new_ticket(cast.mail, "First"), new_ticket(cast.mail, "Elsewhere")
    stray = on(here, "Stray words")
    moving.move_messages(here, message_ids=[stray.pk], target=there, actor=cast.ana.as_actor())
    clues = Clues(message_id="n@x", in_reply_to="Stray words@mail.example.net", reply_token_ticket_id=here.pk)
    assert receive(cast.mail, "To the moved one", clues=clues).ticket_id == there.pk


def test_last_message_takes_its_ticket_along(cast: Cast) -> None:
    here, there = new_ticket(cast.mail), new_ticket(cast.mail)
    moving.move_messages(here, message_ids=[last_message(here).pk], target=there, actor=cast.ana.as_actor())
    here.refresh_from_db()
    assert here.merged_into == there


def test_reply_on_its_way_holds_the_move_up(cast: Cast) -> None:
    here, there = new_ticket(cast.mail), new_ticket(cast.mail)
    waiting = messages.reply(here, text="Hello", actor=cast.ana.as_actor())
    with pytest.raises(Conflict, match="on its way"):
        moving.move_messages(here, message_ids=[waiting.pk], target=there, actor=cast.ana.as_actor())


def test_undo_of_what_was_moved_on_is_refused(cast: Cast) -> None:
    one, two, three = (new_ticket(cast.mail, text) for text in ("One", "Two", "Three"))
    stray = on(one, "Stray")
    first = moving.move_messages(one, message_ids=[stray.pk], target=two, actor=cast.ana.as_actor())
    second = moving.move_messages(two, message_ids=[stray.pk], target=three, actor=cast.ana.as_actor())
    with pytest.raises(Conflict, match="moved on"):
        moving.undo_move(one, event_id=first.event_id, actor=cast.ana.as_actor())
    moving.undo_move(two, event_id=second.event_id, actor=cast.ana.as_actor())
    moving.undo_move(one, event_id=first.event_id, actor=cast.ana.as_actor())
    stray.refresh_from_db()
    assert stray.ticket == one
    with pytest.raises(Conflict, match="already"):
        moving.undo_move(one, event_id=first.event_id, actor=cast.ana.as_actor())


def test_wrong_choices_are_refused(cast: Cast) -> None:
    here, there = new_ticket(cast.mail), new_ticket(cast.mail)
    own, foreign = last_message(here), last_message(there)
    for ids, target in (([foreign.pk], there), ([], there), ([own.pk], here)):
        with pytest.raises(Invalid):
            moving.move_messages(here, message_ids=ids, target=target, actor=cast.ana.as_actor())
    with pytest.raises(Invalid):
        moving.split_off(here, message_ids=[own.pk], actor=cast.ana.as_actor())
    with pytest.raises(NotAllowed):
        moving.merge(here, into=there, actor=cast.lia.as_actor())


def test_event_of_a_move_holds_all_that_undo_needs(cast: Cast) -> None:
    here, there = new_ticket(cast.mail, "First"), new_ticket(cast.mail, "Elsewhere")
    stray = on(here, "Stray")
    seq = stray.seq
    move = moving.move_messages(here, message_ids=[stray.pk], target=there, actor=cast.ana.as_actor())
    stored = TicketEvent.objects.get(pk=move.event_id)
    assert stored.kind == MessagesMovedOut.key()
    assert stored.data["seqs"] == [seq]
    assert stored.data["before"]["message_count"] == 2
    assert not {"Stray", "Elsewhere"} & set(re.findall(r"\w+", str(stored.data))), "words stand in messages only"


def test_agent_undoes_no_move_into_a_ticket_that_they_may_not_see(cast: Cast) -> None:
    """A manager put a message where few may read it: who sees only where it was cannot take it out again."""
    here, secret = new_ticket(cast.mail), new_ticket(cast.legal_mail)
    stray = on(here, "Stray")
    move = moving.move_messages(here, message_ids=[stray.pk], target=secret, actor=cast.mona.as_actor())
    with pytest.raises(NotAllowed):
        moving.undo_move(here, event_id=move.event_id, actor=cast.ana.as_actor())
    stray.refresh_from_db()
    assert stray.ticket_id == secret.pk
    moving.undo_move(here, event_id=move.event_id, actor=cast.mona.as_actor())
