"""Replies that leave later: kept, held back when the customer writes first, taken back, sent once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from core.clock import now
from core.errors import Conflict, Invalid, NotAllowed
from tests.cast import Cast, inbound, new_ticket, receive
from tickets.inbound import Clues
from tickets.models import Attachment, Message, ScheduledReply, ScheduleState, Ticket
from tickets.selectors.scheduled import scheduled_of
from tickets.services import abandoned, files, messages, moving, scheduling
from tickets.services.scheduling import Plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return new_ticket(cast.mail)


def tomorrow() -> datetime:
    return now() + timedelta(days=1)


def planned(cast: Cast, ticket: Ticket, **more: Any) -> ScheduledReply:
    return scheduling.schedule(ticket, plan=Plan(text="Here it is.", send_at=tomorrow(), **more), agent=cast.ana)


def make_due(row: ScheduledReply) -> None:
    ScheduledReply.objects.filter(pk=row.pk).update(send_at=now() - timedelta(seconds=1))


def answers(ticket: Ticket) -> list[Message]:
    return list(Message.objects.filter(ticket=ticket, direction="out").order_by("seq"))


def test_reply_waits_for_its_time_and_stops_no_clock_until_then(cast: Cast, ticket: Ticket) -> None:
    row = planned(cast, ticket)
    assert scheduling.send_due() == 0
    ticket.refresh_from_db()
    assert (answers(ticket), ticket.first_replied_at, list(scheduled_of(ticket))) == ([], None, [row])
    make_due(row)
    assert scheduling.send_due() == 1
    assert scheduling.send_due() == 0
    (answer,) = answers(ticket)
    ticket.refresh_from_db()
    assert (answer.text, answer.author_agent, answer.delivery) == ("Here it is.", cast.ana, "queued")
    assert ticket.first_replied_at == answer.created_at
    assert list(scheduled_of(ticket)) == []


def test_reply_sets_its_status_when_it_leaves(cast: Cast, ticket: Ticket) -> None:
    row = planned(cast, ticket, status_after="resolved")
    ticket.refresh_from_db()
    assert ticket.status == "open"
    make_due(row)
    scheduling.send_due()
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_reply_is_held_back_when_the_customer_wrote_first(cast: Cast, ticket: Ticket) -> None:
    row = planned(cast, ticket)
    message = inbound("Never mind, it arrived.")
    first = Message.objects.get(ticket=ticket).external_id
    receive(cast.mail, "Never mind.", clues=Clues(message_id=message.external_id, in_reply_to=first))
    make_due(row)
    assert scheduling.send_due() == 0
    row.refresh_from_db()
    assert (row.state, "wrote in the meantime" in row.problem) == (ScheduleState.HELD, True)
    assert answers(ticket) == []
    assert scheduling.send_due() == 0
    scheduling.send_now(row, agent=cast.ana)
    assert [answer.text for answer in answers(ticket)] == ["Here it is."]


def test_reply_is_taken_back_by_a_colleague_and_does_not_leave(cast: Cast, ticket: Ticket) -> None:
    row = planned(cast, ticket)
    scheduling.cancel(row, agent=cast.ben)
    make_due(row)
    assert scheduling.send_due() == 0
    with pytest.raises(Conflict):
        scheduling.send_now(row, agent=cast.ana)
    with pytest.raises(Conflict):
        scheduling.cancel(row, agent=cast.ana)


def test_light_agent_schedules_nothing(cast: Cast, ticket: Ticket) -> None:
    with pytest.raises(NotAllowed):
        scheduling.schedule(ticket, plan=Plan(text="x", send_at=tomorrow()), agent=cast.lia)


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
def test_time_must_lie_ahead(cast: Cast, ticket: Ticket, wait: timedelta) -> None:
    with pytest.raises(Invalid):
        scheduling.schedule(ticket, plan=Plan(text="x", send_at=now() + wait), agent=cast.ana)


def test_same_key_schedules_once(cast: Cast, ticket: Ticket) -> None:
    plan = Plan(text="x", send_at=tomorrow())
    first = scheduling.schedule(ticket, plan=plan, idempotency_key="k", agent=cast.ana)
    assert scheduling.schedule(ticket, plan=plan, idempotency_key="k", agent=cast.ana) == first


def test_files_of_a_scheduled_reply_are_not_swept_away(cast: Cast, ticket: Ticket) -> None:
    file = files.upload(b"hinge", name="hinge.txt", content_type="text/plain", agent=cast.ana)
    row = planned(cast, ticket, attachments=(file.pk,))
    with time_machine.travel(now() + timedelta(days=90)):
        abandoned.drop_abandoned_uploads()
    make_due(row)
    assert scheduling.send_due() == 1
    assert Attachment.objects.get(pk=file.pk).message == answers(ticket)[0]


def test_what_cannot_be_sent_any_more_is_held_with_its_reason(cast: Cast, ticket: Ticket) -> None:
    row = planned(cast, ticket)
    type(cast.mail).objects.filter(pk=cast.mail.pk).update(is_active=False, disabled_reason="the login was refused")
    make_due(row)
    scheduling.send_due()
    row.refresh_from_db()
    assert (row.state, "the login was refused" in row.problem) == (ScheduleState.HELD, True)


def test_reply_is_held_when_its_ticket_was_merged_into_another_one(cast: Cast, ticket: Ticket) -> None:
    row, other = planned(cast, ticket), new_ticket(cast.mail)
    move = moving.merge(ticket, into=other, actor=cast.ana.as_actor())
    make_due(row)
    assert scheduling.send_due() == 0
    row.refresh_from_db()
    assert (row.state, "merged" in row.problem) == (ScheduleState.HELD, True)
    with pytest.raises(NotAllowed):
        scheduling.send_now(row, agent=cast.ana)
    assert answers(ticket) == answers(other) == []
    moving.undo_move(ticket, event_id=move.event_id, actor=cast.ana.as_actor())
    assert scheduling.send_now(row, agent=cast.ana).ticket == ticket


def test_reply_that_breaks_holds_up_no_other(cast: Cast, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("breaks", "leaves"):
        make_due(scheduling.schedule(ticket, plan=Plan(text=text, send_at=tomorrow()), agent=cast.ana))

    def breaks(ticket: Ticket, *, text: str, **values: Any) -> Message:
        if text == "breaks":
            raise RuntimeError(text)
        return messages.reply(ticket, text=text, **values)

    monkeypatch.setattr(scheduling, "reply", breaks)
    assert scheduling.send_due() == 1
    assert [answer.text for answer in answers(ticket)] == ["leaves"]
    assert ScheduledReply.objects.get(text="breaks").state == ScheduleState.WAITING
