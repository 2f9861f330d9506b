"""The action that answers the customer, and its budget against mail loops."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from core.clock import now
from people.models import Agent
from routing.actions import ACTIONS
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox, Message, Ticket


def replies(ticket: Ticket) -> list[tuple[str, bool]]:
    rows = Message.objects.filter(ticket=ticket, direction="out").order_by("seq")
    return [(message.text, message.is_automatic) for message in rows]


def test_rule_answers_automatically(inbox: Inbox) -> None:
    ticket = do("reply_with_template", customer_writes(inbox), text="We got #{{ticket.number}}.")
    assert replies(ticket) == [(f"We got #{ticket.number}.", True)]


def test_agents_macro_answers_as_the_agent(inbox: Inbox, mia: Agent) -> None:
    ticket = customer_writes(inbox)
    ACTIONS["reply_with_template"].apply(ticket, {"text": "Hello."}, mia.as_actor())
    assert replies(ticket) == [("Hello.", False)]


@pytest.mark.parametrize("sign", ["is_automatic", "refuses_answers"])
def test_machines_get_no_automatic_answer(inbox: Inbox, sign: str) -> None:
    signs: dict[str, Any] = {sign: True}
    assert replies(do("reply_with_template", customer_writes(inbox, **signs), text="We got it.")) == []


def test_two_machines_writing_to_each_other_fall_silent(inbox: Inbox) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        ticket = customer_writes(inbox)
        for _ in range(200):
            do("reply_with_template", ticket, text="We got it.")
            clock.shift(600)
            customer_writes(inbox, on=ticket)
        days = 200 * 600 / 86_400
        assert len(replies(ticket)) <= 10 * (days + 1)
        assert len(replies(ticket)) < 200 / 6


def test_one_contact_gets_ten_automatic_answers_a_day_over_all_tickets(inbox: Inbox) -> None:
    tickets = [do("reply_with_template", customer_writes(inbox), text="We got it.") for _ in range(12)]
    assert sum(len(replies(ticket)) for ticket in tickets) == 10
