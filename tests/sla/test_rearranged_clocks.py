"""The clocks of tickets whose messages are moved, split off, merged, and put back; and what becomes a fact of it."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from core.clock import NEVER
from people.models import Agent
from sla.models import Clock, Fact, Metric
from tests.desk import agent_replies, customer_writes
from tests.sla.conftest import berlin
from tickets.models import Inbox, Message, Ticket
from tickets.services import moving


def running(ticket: Ticket) -> dict[str, Clock]:
    return {clock.metric: clock for clock in Clock.objects.filter(ticket=ticket, finished_at=None)}


def incoming(ticket: Ticket) -> list[int]:
    return list(Message.objects.filter(ticket=ticket, direction="in").order_by("seq").values_list("pk", flat=True))


def test_merged_ticket_is_called_off_and_the_other_counts_from_the_message_that_waits(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    older = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    newer = customer_writes(inbox)
    moving.merge(older, into=newer, actor=mia.as_actor())
    assert running(older) == {}
    ended = Clock.objects.get(ticket=older, metric=Metric.RESOLUTION)
    assert (ended.met_at, ended.decided_at, ended.finished_at) == (None, None, berlin(4, 11))
    older.refresh_from_db()
    assert older.sla_due_at == NEVER
    assert running(newer)[Metric.FIRST_RESPONSE].due_at == berlin(4, 12)
    assert not Fact.objects.filter(kind="resolution").exists()
    assert Fact.objects.filter(kind="rearranged", ticket=older, data__is_merge=True).count() == 1


def test_undone_merge_puts_the_clocks_back(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    older = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    newer = customer_writes(inbox)
    before = {ticket.pk: _shape(ticket) for ticket in (older, newer)}
    clock.move_to(berlin(4, 11, 10))
    merged = moving.merge(older, into=newer, actor=mia.as_actor())
    clock.move_to(berlin(4, 11, 20))
    moving.undo_move(older, event_id=merged.event_id, actor=mia.as_actor())
    assert {ticket.pk: _shape(ticket) for ticket in (older, newer)} == before


def test_split_off_message_is_promised_an_answer_from_when_it_came(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    customer_writes(inbox, on=ticket)
    clock.move_to(berlin(4, 11, 30))
    moved = moving.split_off(ticket, message_ids=incoming(ticket)[1:], actor=mia.as_actor())
    made = Ticket.objects.get(pk=moved.other_id)
    assert running(made)[Metric.FIRST_RESPONSE].due_at == berlin(4, 13)
    assert running(made)[Metric.RESOLUTION].started_at == berlin(4, 11, 30)
    assert running(ticket)[Metric.FIRST_RESPONSE].due_at == berlin(4, 12)


def test_message_that_leaves_takes_its_wait_along(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    source, target = customer_writes(inbox), customer_writes(inbox)
    agent_replies(source, mia)
    agent_replies(target, mia)
    Message.objects.filter(direction="out").update(delivery="sent")
    clock.move_to(berlin(4, 11))
    customer_writes(inbox, on=source)
    assert Metric.NEXT_RESPONSE in running(source)
    clock.move_to(berlin(4, 12))
    moving.move_messages(source, message_ids=incoming(source)[1:], target=target, actor=mia.as_actor())
    assert Metric.NEXT_RESPONSE not in running(source)
    off = Clock.objects.get(ticket=source, metric=Metric.NEXT_RESPONSE)
    assert (off.met_at, off.decided_at) == (None, None)
    assert running(target)[Metric.NEXT_RESPONSE].due_at == berlin(4, 15)


def test_message_that_waited_too_long_elsewhere_makes_nobody_late_by_the_move(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    source = customer_writes(inbox)
    customer_writes(inbox, on=source)
    clock.move_to(berlin(4, 16))
    target = customer_writes(inbox)
    moving.move_messages(source, message_ids=incoming(source)[:1], target=target, actor=mia.as_actor())
    moved = running(target)[Metric.FIRST_RESPONSE]
    assert moved.started_at == berlin(4, 10)
    assert moved.due_at == berlin(5, 10)
    assert moved.due_at - timedelta(hours=18) == berlin(4, 16)


def _shape(ticket: Ticket) -> list[tuple[object, ...]]:
    ticket.refresh_from_db()
    clocks = [(clock.metric, clock.started_at, clock.due_at) for clock in running(ticket).values()]
    return [*sorted(clocks, key=str), (ticket.sla_due_at, ticket.sla_metric)]


def test_message_older_than_the_answer_that_it_is_moved_behind_waits_no_more(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    older = customer_writes(inbox)
    newer = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    agent_replies(newer, mia)
    moving.merge(older, into=newer, actor=mia.as_actor())
    clock.move_to(berlin(4, 12))
    customer_writes(inbox, on=newer)
    clock.move_to(berlin(4, 12, 5))
    agent_replies(newer, mia)
    answered = Fact.objects.get(kind="next_response", ticket=newer)
    assert (answered.wall_seconds, answered.counted_seconds) == (300, 300)
