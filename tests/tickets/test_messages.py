"""Replies, notes, undo and the stale-send guard."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Invalid, NotAllowed
from people.services.contacts import mark_unreachable
from tests.cast import Cast, last_message, new_ticket, receive
from tickets.inbound import Clues
from tickets.models import Delivery, Message, TicketEvent
from tickets.services import changes, outbox
from tickets.services.files import upload
from tickets.services.messages import add_note, reply, try_again, undo

pytestmark = pytest.mark.django_db


def test_agent_replies_queues_and_takes_the_ticket(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    message = reply(ticket, text="On its way.", undo_seconds=10, actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    assert message.delivery == Delivery.QUEUED
    assert message.recipients["to"][0]["address"] == "rosa@example.net"
    assert (ticket.assignee, ticket.waiting_since) == (cast.ana, None)
    assert ticket.first_replied_at == message.created_at
    assert outbox.due_message_ids() == []  # the undo window


def test_light_agent_may_note_but_not_reply(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    add_note(ticket, text="I know her.", actor=cast.lia.as_actor())
    with pytest.raises(NotAllowed):
        reply(ticket, text="Hello", actor=cast.lia.as_actor())


def test_second_agent_gets_conflict_instead_of_double_answer(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    seen = ticket.last_seq
    first = reply(ticket, text="Done.", seen_seq=seen, actor=cast.ana.as_actor())
    with pytest.raises(Conflict) as refused:
        reply(ticket, text="Done, too.", seen_seq=seen, actor=cast.ben.as_actor())
    assert refused.value.details["message_ids"] == [first.pk]
    assert refused.value.details["author"] == "Ana Ruiz"
    reply(ticket, text="And by the way.", seen_seq=seen, send_anyway=True, actor=cast.ben.as_actor())
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 2


def test_same_key_sends_once(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    first = reply(ticket, text="Once.", idempotency_key="k1", actor=cast.ana.as_actor())
    second = reply(ticket, text="Once.", idempotency_key="k1", actor=cast.ana.as_actor())
    assert first.pk == second.pk
    with pytest.raises(Conflict):
        reply(new_ticket(cast.mail), text="Else.", idempotency_key="k1", actor=cast.ana.as_actor())


def test_author_undoes_reply_and_the_ticket_waits_again(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    waited = ticket.waiting_since
    message = undo(reply(ticket, text="Oops", undo_seconds=10, actor=cast.ana.as_actor()), actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    assert message.delivery == Delivery.RETRACTED
    assert (ticket.waiting_since, ticket.first_replied_at, ticket.message_count) == (waited, None, 1)


def test_undo_comes_too_late_for_a_claimed_reply(cast: Cast) -> None:
    message = reply(new_ticket(cast.mail), text="Gone", actor=cast.ana.as_actor())
    assert outbox.claim(message.pk) is not None
    with pytest.raises(Conflict):
        undo(message, actor=cast.ana.as_actor())


def test_colleague_cannot_undo_anothers_reply(cast: Cast) -> None:
    message = reply(new_ticket(cast.mail), text="Mine", undo_seconds=10, actor=cast.ana.as_actor())
    with pytest.raises(NotAllowed):
        undo(message, actor=cast.ben.as_actor())


def test_unreachable_customer_refuses_reply_with_reason(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    mark_unreachable(kind="email", value="rosa@example.net", reason="the mailbox does not exist")
    with pytest.raises(NotAllowed, match="mailbox does not exist"):
        reply(ticket, text="Hello?", actor=cast.ana.as_actor())


def test_empty_reply_is_refused_at_the_field(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        reply(new_ticket(cast.mail), text="  ", actor=cast.ana.as_actor())
    assert "text" in refused.value.fields


def test_note_tells_the_colleagues_it_names(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    add_note(ticket, text="@ben and @Ana Ruiz: approved? not mail@cleo", actor=cast.mona.as_actor())
    event = TicketEvent.objects.get(ticket=ticket, kind="NoteAdded")
    assert set(event.data["mentioned_agent_ids"]) == {cast.ana.pk, cast.ben.pk}


def test_mention_of_an_outsider_tells_nobody(cast: Cast) -> None:
    ticket = new_ticket(cast.legal_mail)
    add_note(ticket, text="@ben look", actor=cast.cleo.as_actor())
    assert TicketEvent.objects.get(ticket=ticket, kind="NoteAdded").data["mentioned_agent_ids"] == []


def test_upload_belongs_to_one_message(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    file = upload(b"bytes", name="../../etc/pass\u202ewd", content_type="text/plain", agent=cast.ana)
    assert "/" not in file.name
    assert "\u202e" not in file.name
    message = reply(ticket, text="See file", attachments=[file.pk], actor=cast.ana.as_actor())
    assert list(message.attachments.all()) == [file]
    with pytest.raises(Invalid):
        reply(ticket, text="Again", attachments=[file.pk], actor=cast.ana.as_actor())


def test_failed_reply_can_be_tried_again(cast: Cast) -> None:
    message = reply(new_ticket(cast.mail), text="Hi", actor=cast.ana.as_actor())
    claimed = outbox.claim(message.pk)
    assert claimed is not None
    outbox.record_failed(claimed, reason="The mailbox is full.")
    assert try_again(claimed, actor=cast.ana.as_actor()).delivery == Delivery.RETRYING
    assert outbox.due_message_ids() == [message.pk]


def test_delivery_only_moves_forward(cast: Cast) -> None:
    message = reply(new_ticket(cast.mail), text="Hi", actor=cast.ana.as_actor())
    claimed = outbox.claim(message.pk)
    assert claimed is not None
    assert outbox.claim(message.pk) is None
    outbox.record_sent(claimed, external_id="ours@desk.example")
    outbox.record_receipt(claimed, delivery="read")
    outbox.record_receipt(claimed, delivery="delivered")
    message.refresh_from_db()
    assert message.delivery == Delivery.READ


def test_quick_answer_to_our_message_threads_before_we_heard_back(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    claimed = outbox.claim(reply(ticket, text="Hi", actor=cast.ana.as_actor()).pk)
    assert claimed is not None
    outbox.assign_external_id(claimed, external_id="ours@desk.example")
    result = receive(cast.mail, "Thanks", clues=Clues(message_id="q@x", in_reply_to="ours@desk.example"))
    assert result.reason == "Threaded because it answers a message that we sent"


def test_events_stay_gapless_over_many_changes(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    actor = cast.ana.as_actor()
    changes.set_priority(ticket, priority="high", actor=actor)
    changes.add_tags(ticket, tags=["Billing ", "billing", "VIP"], actor=actor)
    changes.remove_tags(ticket, tags=["vip"], actor=actor)
    changes.assign(ticket, agent=cast.ben, actor=actor)
    changes.set_subject(ticket, subject=" New\nsubject ", actor=actor)
    changes.set_status(ticket, status="resolved", actor=actor)
    ticket.refresh_from_db()
    seqs = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, ticket.last_seq + 1))
    assert (ticket.tags, ticket.subject, ticket.resolved_at is not None) == (["billing"], "New subject", True)
    assert last_message(ticket).seq in seqs


def test_no_change_writes_no_event(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    changes.set_priority(ticket, priority="normal", actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    before = ticket.last_seq
    changes.add_tags(ticket, tags=[" ", ""], actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    assert ticket.last_seq == before


def test_private_team_takes_ticket_from_outsider(cast: Cast) -> None:
    ticket = changes.assign(new_ticket(cast.mail), agent=cast.ben, actor=cast.mona.as_actor())
    ticket = changes.assign_team(ticket, team=cast.legal, actor=cast.mona.as_actor())
    assert ticket.assignee_id is None
