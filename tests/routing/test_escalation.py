"""A new desk escalates by itself: the deadline passes, the rules do the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from core.clock import now
from notifications.selectors.bell import bell_of
from people.models import Agent
from routing.models import Macro, PendingEvent, Rule
from routing.services.defaults import make_defaults
from routing.services.reacting import react_to
from sla.models import BusinessHours, Clock, Policy
from sla.tasks import tick_clocks
from tests.desk import agent_replies, customer_writes
from tickets.models import Inbox, Ticket
from tickets.services import changes


def react() -> None:
    while ids := list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True)):
        react_to(ids)


@pytest.fixture
def late(inbox: Inbox, mia: Agent) -> Ticket:
    """A ticket of Mia's whose first answer is overdue by five seconds."""
    make_defaults()
    Policy.objects.update(hours=None)
    ticket = changes.assign(customer_writes(inbox), agent=mia, actor=mia.as_actor())
    Clock.objects.filter(ticket=ticket, metric="first_response").update(due_at=now() - timedelta(seconds=5))
    return ticket


def test_missed_deadline_raises_the_priority_and_goes_to_the_lead(late: Ticket, mia: Agent, ben: Agent) -> None:
    tick_clocks()
    react()
    late.refresh_from_db()
    assert (late.priority, late.assignee, late.tags) == ("high", ben, ["escalated"])
    assert late.sla_breached
    assert [line.kind for line in bell_of(ben).notifications] == ["assigned", "sla_breached"]
    assert [line.kind for line in bell_of(mia).notifications] == ["unassigned", "sla_breached"]


def test_escalation_happens_once(late: Ticket) -> None:
    for _ in range(3):
        tick_clocks()
        react()
    late.refresh_from_db()
    assert late.priority == "high"


def test_escalated_ticket_keeps_its_other_promises(late: Ticket) -> None:
    before = Clock.objects.get(ticket=late, metric="resolution").due_at
    tick_clocks()
    react()
    assert Clock.objects.get(ticket=late, metric="resolution").due_at == before


def test_breach_that_was_answered_meanwhile_is_not_escalated(late: Ticket, mia: Agent) -> None:
    agent_replies(late, mia)
    tick_clocks()
    react()
    late.refresh_from_db()
    assert (late.priority, late.assignee) == ("normal", mia)


def test_defaults_are_made_once_and_never_over_the_desks_own(db: None) -> None:
    for _ in range(2):
        make_defaults(time_zone="Europe/Berlin")
    assert (Policy.objects.count(), Rule.objects.count(), Macro.objects.count()) == (1, 2, 2)
    Rule.objects.exclude(name="Confirm new mail").delete()
    make_defaults()
    assert (BusinessHours.objects.count(), Rule.objects.count()) == (1, 1)


def test_snoozed_ticket_wakes_by_the_same_tick(inbox: Inbox, mia: Agent) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        ticket = customer_writes(inbox)
        changes.snooze(ticket, until=now() + timedelta(hours=1), actor=mia.as_actor())
        tick_clocks()
        assert Ticket.objects.get().snoozed_until is not None
        clock.shift(3600)
        tick_clocks()
        assert Ticket.objects.get().snoozed_until is None
