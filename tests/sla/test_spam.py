"""Spam counts for nothing, whatever came before; and all of it counts again where it was no spam after all."""

from __future__ import annotations

from collections import Counter

import time_machine

from people.models import Agent
from sla.models import Clock, Fact, Metric
from sla.tasks import tick_clocks
from tests.desk import agent_replies, customer_writes
from tests.sla.conftest import berlin
from tickets.models import Inbox, Ticket
from tickets.services import changes


def standing(ticket: Ticket) -> Counter[str]:
    return Counter(Fact.objects.standing().filter(ticket=ticket).values_list("kind", flat=True))


def lengths(ticket: Ticket) -> list[tuple[object, ...]]:
    columns = ("kind", "metric", "at", "began_at", "wall_seconds", "is_kept", "agent_id", "event_id", "message_id")
    found = Fact.objects.standing().filter(ticket=ticket)
    return sorted(found.values_list(*columns), key=str)


def story(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> Ticket:
    """Missed, answered late, solved in time, reopened, answered in time."""
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 14))
    tick_clocks()
    agent_replies(ticket, mia)
    clock.move_to(berlin(4, 15))
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    clock.move_to(berlin(4, 16))
    customer_writes(inbox, on=ticket)
    clock.move_to(berlin(4, 16, 30))
    agent_replies(ticket, mia)
    ticket.refresh_from_db()
    return ticket


def mark(ticket: Ticket, status: str, by: Agent) -> None:
    changes.set_status(Ticket.objects.get(pk=ticket.pk), status=status, actor=by.as_actor())


def test_spam_takes_back_what_counted_before(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = story(inbox, mia, clock)
    other = customer_writes(inbox)
    before = standing(ticket)
    assert before["breached"] == before["first_response"] == before["next_response"] == before["resolution"] == 1
    mark(ticket, "spam", mia)
    assert set(standing(ticket)) == {"opened", "assigned", "spam"}
    assert Fact.objects.filter(ticket=ticket, kind="breached").exists()
    assert standing(other) == {"opened": 1}


def test_no_spam_after_all_counts_as_before_and_gets_a_fresh_promise_of_resolution(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = story(inbox, mia, clock)
    before = lengths(ticket)
    for hour in (10, 12):  # marked twice, and twice taken back
        clock.move_to(berlin(5, hour))
        mark(ticket, "spam", mia)
        clock.move_to(berlin(5, hour + 1))
        mark(ticket, "open", mia)
        assert lengths(ticket) == before
    running = Clock.objects.filter(ticket=ticket, finished_at=None)
    assert [(clock.metric, clock.started_at) for clock in running] == [(Metric.RESOLUTION, berlin(5, 13))]
    mark(ticket, "resolved", mia)
    last = Fact.objects.filter(ticket=ticket, kind="resolution").latest("id")
    assert last.data["reopens"] == 1
    customer_writes(inbox, on=ticket)
    assert Clock.objects.filter(ticket=ticket, finished_at=None, metric=Metric.NEXT_RESPONSE).count() == 1
