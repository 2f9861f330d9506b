"""Whether the assignee is there is a fact that rules and lists know, and agree on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from people.models import Agent
from routing.models import Absence, Shift
from routing.services.rules import RuleDraft, save_rule
from routing.tasks import sweep_routing
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes, rule_actor
from tickets.conditions import Occasion, holds, where
from tickets.models import Ticket
from tickets.services import changes


@pytest.mark.django_db
def test_where_the_assignee_is_is_told_alike_in_lists_and_reactions() -> None:
    inbox, today = an_inbox(), now().date()
    closed = save_hours(HoursDraft(name="Never", time_zone="UTC", periods=[((today.weekday() + 3) % 7, 0, 1440)]))
    names = ("here", "busy", "away", "offline", "off_shift", "on_leave", "switched_off")
    agents = {name: an_agent(f"Agent {name}", is_online=name != "offline") for name in names}
    for name, availability in (("busy", "busy"), ("away", "away"), ("offline", "available")):
        Agent.objects.filter(pk=agents[name].pk).update(availability=availability)
    Shift.objects.create(agent=agents["off_shift"], hours=closed)
    Absence.objects.create(agent=agents["on_leave"], first_day=today, last_day=today + timedelta(days=1))
    Agent.objects.filter(pk=agents["switched_off"].pk).update(is_active=False)
    tickets = {name: customer_writes(inbox) for name in names}
    for name, ticket in tickets.items():
        Ticket.objects.filter(pk=ticket.pk).update(assignee=agents[name])
    customer_writes(inbox)
    for name, ticket in tickets.items():
        test = {"fact": "assignee_state", "op": "is", "value": name}
        assert list(Ticket.objects.filter(where(test, at=now()))) == [ticket], name
        fresh = Ticket.objects.select_related("contact", "organization").get(pk=ticket.pk)
        assert holds(test, Occasion(fresh, at=now()))
        assert not holds({**test, "op": "is_not"}, Occasion(fresh, at=now()))


@pytest.mark.django_db
def test_rule_hands_on_what_a_customer_writes_to_somebody_on_leave() -> None:
    ada, bob = (an_agent(name, is_online=True) for name in ("Ada One", "Bob Two"))
    inbox = an_inbox(default_team=a_team("Front", ada, bob, strategy="least_loaded"))
    ticket = customer_writes(inbox)
    changes.assign(ticket, agent=ada, actor=rule_actor())
    save_rule(
        RuleDraft(
            name="Hand on what is on leave",
            event="MessageReceived",
            conditions={"all": [{"fact": "assignee_state", "op": "in", "value": ["on_leave", "switched_off"]}]},
            actions=[{"action": "assign_agent", "params": {"agent": "nobody"}}],
        )
    )
    today = now().date()
    Absence.objects.create(agent=ada, first_day=today, last_day=today + timedelta(days=1))
    customer_writes(inbox, on=ticket)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("routing.services.reacting.now", lambda: now() + timedelta(minutes=1))
        sweep_routing()
    assert Ticket.objects.get(pk=ticket.pk).assignee == bob
