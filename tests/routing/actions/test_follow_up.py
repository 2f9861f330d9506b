"""The action that comes back to a ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from core.clock import now
from notifications.selectors.bell import bell_of
from people.models import Agent
from routing.models import Reminder
from routing.services import errands
from routing.tasks import fire_time_rules
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox, Message, Ticket
from tickets.services import changes, messages, moving


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller


def test_ticket_comes_back_open_with_a_note_and_the_bell(
    inbox: Inbox, ben: Agent, clock: time_machine.Traveller
) -> None:
    ticket = do("set_status", customer_writes(inbox), status="pending")
    do("follow_up", ticket, days=2, text="Did they answer?")
    clock.shift(timedelta(days=1))
    fire_time_rules()
    ticket.refresh_from_db()
    assert ticket.status == "pending"
    clock.shift(timedelta(days=1))
    for _ in range(2):
        fire_time_rules()
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert [note.text for note in Message.objects.filter(ticket=ticket, kind="note")] == ["Did they answer?"]
    assert [line.text for line in bell_of(ben).notifications] == ["Did they answer?"]


def test_resolved_ticket_stays_in_peace(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = do("follow_up", customer_writes(inbox), days=2)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    clock.shift(timedelta(days=3))
    fire_time_rules()
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert Reminder.objects.get().settled_at


def test_ticket_that_was_merged_comes_back_where_it_went(
    inbox: Inbox, ben: Agent, clock: time_machine.Traveller
) -> None:
    ticket, between, there = (customer_writes(inbox) for _ in range(3))
    do("follow_up", ticket, days=2, text="Did they answer?")
    moving.merge(ticket, into=between, actor=ben.as_actor())
    moving.merge(between, into=there, actor=ben.as_actor())
    do("set_status", there, status="pending")
    clock.shift(timedelta(days=3))
    fire_time_rules()
    there.refresh_from_db()
    assert there.status == "open"
    assert [note.ticket for note in Message.objects.filter(kind="note")] == [there]
    assert Reminder.objects.get().settled_at


def test_asking_again_moves_the_reminder(inbox: Inbox) -> None:
    ticket = do("follow_up", customer_writes(inbox), days=2)
    do("follow_up", ticket, days=5)
    assert Reminder.objects.get().due_at > now() + timedelta(days=4)


def test_reminder_that_breaks_holds_up_no_other(
    inbox: Inbox, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("breaks", "comes back"):
        do("follow_up", customer_writes(inbox), days=1, text=text)
    clock.shift(timedelta(days=1))

    def breaks(ticket: Ticket, *, text: str, **values: Any) -> Message:
        if text == "breaks":
            raise RuntimeError(text)
        return messages.add_note(ticket, text=text, **values)

    monkeypatch.setattr(errands, "messages", SimpleNamespace(add_note=breaks))
    fire_time_rules()
    assert [note.text for note in Message.objects.filter(kind="note")] == ["comes back"]
    monkeypatch.undo()
    clock.shift(timedelta(minutes=5))
    fire_time_rules()
    assert {note.text for note in Message.objects.filter(kind="note")} == {"comes back", "breaks"}
