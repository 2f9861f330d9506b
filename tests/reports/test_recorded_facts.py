"""The facts that only reports want are recorded when their events happen."""

from __future__ import annotations

import pytest

from core.events.bus import unit_of_work
from core.events.catalogue import RuleRan
from sla.models import Fact
from tests.desk import an_inbox, customer_writes, rule_actor
from tickets.services import journal

pytestmark = pytest.mark.django_db


def test_customer_who_goes_on_elsewhere_hops_once() -> None:
    ticket = customer_writes(an_inbox())
    customer_writes(ticket.inbox, "And?", on=ticket)
    assert not Fact.objects.filter(kind="channel_hopped").exists()
    chat = an_inbox("webchat")
    customer_writes(chat, "Now by chat", on=ticket)
    fact = Fact.objects.get(kind="channel_hopped")
    assert (fact.ticket_id, fact.data) == (ticket.pk, {"after": "webchat"})


def test_run_of_a_rule_is_recorded_with_whom_the_ticket_belonged_to() -> None:
    ticket = customer_writes(an_inbox())
    with unit_of_work():
        journal.record(ticket, RuleRan(rule_id=7, rule="Greet"), actor=rule_actor())
    fact = Fact.objects.get(kind="rule_ran")
    assert (fact.ticket_id, fact.inbox_id, fact.data) == (ticket.pk, ticket.inbox_id, {"rule": 7})
