"""Removing what a message said: its words, files, earlier versions and raw form are gone; that it was there remains."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import TestCase

from channels_in.email.door import Mail
from channels_in.email.receiving import receive as receive_raw
from channels_in.models import InboundDelivery
from core.clock import now
from core.errors import Conflict, NotAllowed
from routing.loops import Trace
from routing.services.rules import RuleDraft, save_rule
from routing.services.running import run_rule
from tests.api.conftest import Caller
from tests.cast import Cast, last_message, new_ticket, receive
from tests.desk import agent_replies
from tickets.conditions import Occasion
from tickets.inbound import Clues, Edit
from tickets.models import Attachment, Message, Ticket, TicketEvent
from tickets.selectors.timeline import entries_after
from tickets.services import moving, scheduling, sides
from tickets.services.receipts import record_edit
from tickets.services.redacting import redact
from tickets.services.scheduling import Plan
from tickets.services.sides import Letter

pytestmark = pytest.mark.django_db
SECRET = "4111-1111-1111-1111"
RAW = (
    b"From: Rosa <rosa@example.net>\r\nTo: help@desk.example\r\nSubject: my card %(s)s\r\n"
    b"Message-ID: <card@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    b"--B\r\nContent-Type: text/html\r\n\r\n<p>It is %(s)s</p>\r\n"
    b'--B\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="card.txt"\r\n\r\n%(s)s\r\n--B--\r\n'
) % {b"s": SECRET.encode()}


def test_manager_removes_a_message_and_no_row_knows_its_words_any_more(cast: Cast) -> None:
    done = receive_raw(cast.mail, Mail(raw=RAW))
    assert done.message_id is not None
    message = Message.objects.get(pk=done.message_id)
    stored = Attachment.objects.get(message=message).storage_name
    before = Ticket.objects.get(pk=message.ticket_id).last_seq
    with TestCase.captureOnCommitCallbacks(execute=True):
        redact(message, agent=cast.mona)
    assert "Mona removed this" in message.text
    assert not default_storage.exists(stored)
    assert bytes(InboundDelivery.objects.get().raw) == b""
    assert rows_that_hold(SECRET) == {"tickets_ticket"}, "the ticket's subject is the agents' own to change"
    ticket = Ticket.objects.get(pk=message.ticket_id)
    assert [entry.message.pk for entry in entries_after(ticket, before) if entry.message] == [message.pk]


def test_earlier_words_of_an_edited_message_go_too(cast: Cast) -> None:
    ticket = new_ticket(cast.chat, f"It is {SECRET}", external_id="m1")
    record_edit(Edit(external_id="m1", text="never mind"), inbox=cast.chat)
    redact(last_message(ticket), agent=cast.ada)
    assert rows_that_hold(SECRET) == set()


def test_agents_remove_nothing(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    with pytest.raises(NotAllowed):
        redact(last_message(ticket), agent=cast.ana)


def test_reply_on_its_way_is_not_removed_and_nothing_is_removed_twice(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    with pytest.raises(Conflict):
        redact(agent_replies(ticket, cast.ana, "on its way"), agent=cast.mona)
    first = Message.objects.filter(ticket=ticket).order_by("seq")[0]
    redact(first, agent=cast.mona)
    with pytest.raises(Conflict):
        redact(first, agent=cast.mona)


def rows_that_hold(words: str) -> set[str]:
    """Every table, every column, as text."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s LIMIT 1', [f"%{words}%"])
            if cursor.fetchone():
                found.add(table)
    return found


def test_nothing_that_repeated_the_words_keeps_them(cast: Cast) -> None:
    """The bell, the reasons of a rule, the row of the list, the note of a move, the plan of a scheduled reply."""
    ticket, other = new_ticket(cast.mail), new_ticket(cast.mail, "Elsewhere")
    Ticket.objects.filter(pk=ticket.pk).update(assignee=cast.ana)
    clues = Clues(message_id="card@x.example", reply_token_ticket_id=ticket.pk)
    came = receive(cast.mail, f"It is {SECRET}", clues=clues, subject="Card")
    rule = save_rule(
        RuleDraft(
            name="Cards",
            event="MessageReceived",
            conditions={"fact": "text", "op": "contains", "value": "It is"},
            actions=[{"action": "add_tag", "params": {"tags": "card"}}],
        ),
        by=cast.mona,
    )
    event = TicketEvent.objects.get(ticket=ticket, kind="MessageReceived", data__message_id=came.message_id)
    run_rule(rule, Occasion(ticket, event, at=event.at), Trace())
    assert rows_that_hold(SECRET) >= {"notifications_notification", "routing_rulerun", "tickets_ticket"}
    moving.move_messages(ticket, message_ids=[came.message_id or 0], target=other, actor=cast.ana.as_actor())
    plan = scheduling.schedule(
        other, plan=Plan(text=f"Not {SECRET}?", send_at=now() + timedelta(hours=1)), agent=cast.ana
    )
    answer = scheduling.send_now(plan, agent=cast.ana)
    Message.objects.filter(pk=answer.pk).update(delivery="sent")
    sides.start_side(
        other,
        to=[{"name": "", "address": "parts@acme.example"}],
        subject="Hinges",
        letter=Letter(text="In stock?"),
        actor=cast.ana.as_actor(),
    )
    for pk in (came.message_id, answer.pk):
        redact(Message.objects.get(pk=pk or 0), agent=cast.mona)
    assert rows_that_hold(SECRET) == set()


def test_answer_that_the_api_remembers_forgets_the_words(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    path, note = f"tickets/{ticket.number}/messages/", {"kind": "note", "text": SECRET}
    status, made = Caller(cast.ana).post(path, note, **{"Idempotency-Key": "k"})
    assert status == 201
    redact(Message.objects.get(pk=made["id"]), agent=cast.mona)
    assert rows_that_hold(SECRET) == set()
