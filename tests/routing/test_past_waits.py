"""What a time rule would have done in the last 30 days, told from the journals."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from core.clock import now
from core.db import run
from people.models import Agent
from routing.models import Rule
from routing.past_waits import past_waits
from routing.selectors.dry_run import dry_run, journals
from routing.waits import WAITS
from tests.desk import agent_replies, an_agent, customer_writes
from tickets.models import Inbox, Ticket
from tickets.services import changes, messages
from tickets.services.outbox import record_failed

DAY = 86400


@pytest.fixture
def boss(db: None) -> Agent:
    return an_agent("Mona", role="manager")


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now() - timedelta(days=60), tick=False) as traveller:
        yield traveller


def test_past_waits_are_found_and_present_ones_are_not_told_twice(
    inbox: Inbox, boss: Agent, clock: time_machine.Traveller
) -> None:
    actor = boss.as_actor()
    long_ago, lately, short, waits = (customer_writes(inbox) for _ in range(4))
    changes.set_status(long_ago, status="pending", actor=actor)
    clock.shift(timedelta(days=5))
    changes.set_status(long_ago, status="open", actor=actor)
    clock.shift(timedelta(days=40))
    for ticket in (lately, short, waits):
        agent_replies(ticket, boss)
        changes.set_status(ticket, status="pending", actor=actor)
    began = now()
    clock.shift(timedelta(days=1))
    changes.set_status(short, status="open", actor=actor)
    clock.shift(timedelta(days=3))
    changes.set_status(lately, status="open", actor=actor)
    found = dry_run(Rule(wait="pending", wait_seconds=3 * DAY), boss)
    assert [verdict.ticket for verdict in found.touched] == [waits]
    assert [(verdict.ticket, verdict.at) for verdict in found.past] == [(lately, began + timedelta(days=3))]


def test_conditions_narrow_the_past_too(inbox: Inbox, boss: Agent, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(days=45))
    tickets = [customer_writes(inbox) for _ in range(2)]
    changes.add_tags(tickets[1], tags=["vip"], actor=boss.as_actor())
    clock.shift(timedelta(days=2))
    for ticket in tickets:
        agent_replies(ticket, boss)
    rule = Rule(wait="waiting", wait_seconds=DAY, conditions={"all": [{"fact": "tags", "op": "is", "value": "vip"}]})
    assert [verdict.ticket for verdict in dry_run(rule, boss).past] == [tickets[1]]


@pytest.mark.parametrize("wait", sorted(WAITS))
def test_journal_and_sql_agree_on_the_wait_that_goes_on(
    inbox: Inbox, boss: Agent, mia: Agent, clock: time_machine.Traveller, wait: str
) -> None:
    """Random lives of tickets; `unanswered` and `waiting` included."""
    chance = random.Random(wait)
    actor = boss.as_actor()
    tickets = [customer_writes(inbox) for _ in range(4)]
    for _ in range(24):
        clock.shift(timedelta(hours=chance.randint(1, 20)))
        ticket = Ticket.objects.get(pk=chance.choice(tickets).pk)
        match chance.randint(0, 5):
            case 0:
                customer_writes(inbox, on=ticket)
            case 1:
                reply = agent_replies(ticket, boss)
                if chance.random() < 0.4:
                    record_failed(reply, reason="No such mailbox")
            case 2:
                messages.add_note(ticket, text="Hm", actor=actor)
            case 3:
                changes.assign(ticket, agent=chance.choice([mia, None]), actor=actor)
            case _:
                changes.set_status(
                    ticket, status=chance.choice(["open", "pending", "on_hold", "resolved"]), actor=actor
                )
    for ticket in tickets:
        told = list(past_waits(wait, journals([ticket.pk])[ticket.pk]))
        going_on = told[-1][0] if told and told[-1][1] is None else None
        sql = f"SELECT {WAITS[wait].since} FROM tickets_ticket t WHERE t.id = %s"
        assert going_on == run([(sql, [ticket.pk])])[0][0], (wait, ticket.pk)
