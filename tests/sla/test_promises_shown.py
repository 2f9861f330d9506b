"""What a ticket says of its promises: the policy and version behind each, the calendar, and the pauses."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.utils.timezone import localtime

from people.models import Agent
from sla.models import Policy
from sla.tasks import tick_clocks
from tests.desk import agent_replies, customer_writes
from tests.sla.conftest import berlin
from tickets.models import Inbox
from tickets.selectors.timeline import entries_after
from tickets.services import changes
from workspace.entries import ChangesItem, items
from workspace.promises import promises_of


def test_promise_explains_its_deadline_with_calendar_and_pauses(
    inbox: Inbox, policy: Policy, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    clock.move_to(berlin(4, 12))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    clock.shift(timedelta(hours=2))
    paused = promises_of(ticket)[-1]
    assert paused.state == "paused"
    assert paused.title.startswith("Standard, version 1: within 16h 0m; counted in: Office; stood still from 04 Jun 1")
    assert paused.title.endswith("until now (pending)")
    changes.set_status(ticket, status="open", actor=mia.as_actor())
    resumed = promises_of(ticket)[-1]
    assert "to 04 Jun" in resumed.title
    # Two of sixteen working hours were used up when it stood still; it goes on at two in the afternoon.
    assert resumed.facts[2:4] == (
        f"due {localtime(berlin(8, 12)):%d %b %H:%M}",
        f"14h 0m left in working time at {localtime(berlin(4, 14)):%H:%M}",
    )


def test_fold_of_changes_says_the_missed_promise_that_is_in_it(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 12, 5))
    tick_clocks()
    for tag in ("one", "two"):
        changes.add_tags(ticket, tags=[tag], actor=mia.as_actor())
    ticket.refresh_from_db()
    (folded,) = (item for item in items(entries_after(ticket, 0)) if isinstance(item, ChangesItem))
    assert folded.alarm.startswith("First reply missed its target of")
