"""The action that answers the customer, and its budget against mail loops."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from core.clock import now
from core.errors import Invalid
from people.models import Agent, Contact
from routing.actions import ACTIONS
from routing.models import Macro
from tests.desk import customer_writes, rule_actor
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


def test_rule_answers_with_a_macros_text_in_the_customers_language(inbox: Inbox) -> None:
    texts = [
        {"language": "", "channel": "", "text": "We got #{{ticket.number}}."},
        {"language": "de", "channel": "", "text": "Nr. {{ticket.number}} ist da."},
        {"language": "de", "channel": "sms", "text": "Ist da."},
    ]
    macro = Macro.objects.create(name="Received", texts=texts)
    for language, expected in (("de-AT", "Nr. {} ist da."), ("fr", "We got #{}."), ("", "We got #{}.")):
        ticket = customer_writes(inbox)
        Contact.objects.filter(pk=ticket.contact_id).update(language=language)
        do("reply_with_template", Ticket.objects.get(pk=ticket.pk), macro=str(macro.pk))
        assert replies(ticket) == [(expected.format(ticket.number), True)]
    assert ACTIONS["reply_with_template"].describe({"text": "", "macro": str(macro.pk)}).endswith("of “Received”")


def test_rule_says_that_it_wrote_nothing_and_why(inbox: Inbox) -> None:
    reply, rule = ACTIONS["reply_with_template"], rule_actor()
    ticket = customer_writes(inbox)
    macro = Macro.objects.create(name="Text message", texts=[{"language": "", "channel": "sms", "text": "Hi"}])
    params = {"text": "", "macro": str(macro.pk)}
    told = reply.apply(ticket, params, rule)
    assert told == "Wrote nothing: the macro is gone, or has no text for this channel"
    macro.delete()
    assert reply.describe(params) == "Reply with the text of a macro that is gone"
    machine = customer_writes(inbox, is_automatic=True)
    assert reply.apply(machine, {"text": "We got it."}, rule) == "Wrote nothing: no automatic answer may go to them now"
    assert (replies(ticket), replies(machine)) == ([], [])


@pytest.mark.parametrize(
    "params", [{}, {"text": "", "macro": ""}, {"text": "Both", "macro": "shared"}, {"macro": "own"}]
)
def test_reply_has_one_text_and_never_an_agents_own(inbox: Inbox, mia: Agent, params: dict[str, str]) -> None:
    texts = [{"language": "", "channel": "", "text": "Hi"}]
    made = {
        "shared": Macro.objects.create(name="s", texts=texts),
        "own": Macro.objects.create(name="o", texts=texts, owner=mia),
    }
    if params.get("macro"):
        params = {**params, "macro": str(made[params["macro"]].pk)}
    with pytest.raises(Invalid):
        ACTIONS["reply_with_template"].clean(params)


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
