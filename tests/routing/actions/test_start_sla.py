"""The action that puts a ticket under a chosen policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from core.clock import now
from core.errors import Invalid
from people.models import Agent
from sla.models import Clock, Policy
from sla.services import fitting, ticking
from sla.services.policies import PolicyDraft, apply_to, archive_policy, save_policy
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes

HOUR = 3600


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    fitting.forget()
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller
    fitting.forget()


@pytest.fixture
def standard(clock: time_machine.Traveller) -> Policy:
    targets = {("first_response", "normal"): 4 * HOUR, ("resolution", "normal"): 48 * HOUR}
    return save_policy(PolicyDraft(name="Standard", targets=targets, position=1))


@pytest.fixture
def rescue(standard: Policy) -> Policy:
    """It fits no ticket by itself."""
    never = {"all": [{"fact": "tags", "op": "is", "value": "never"}]}
    targets = {("first_response", "normal"): HOUR, ("next_response", "normal"): HOUR}
    return save_policy(PolicyDraft(name="Rescue", targets=targets, conditions=never, position=2))


def promised(ticket: Ticket) -> dict[str, tuple[str, float]]:
    """Of each unfinished clock the policy and the hours that are left."""
    clocks = Clock.objects.filter(ticket=ticket, finished_at=None).select_related("policy")
    return {c.metric: (c.policy.name, (c.due_at - now()).total_seconds() / HOUR) for c in clocks}


def test_chosen_policy_counts_in_full_from_now(inbox: Inbox, rescue: Policy, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.shift(timedelta(hours=3))
    do("start_sla", ticket, policy=str(rescue.pk))
    assert promised(ticket) == {"first_response": ("Rescue", 1), "resolution": ("Standard", 45)}
    assert TicketEvent.objects.filter(ticket=ticket, kind="SLAApplied", data__policy="Rescue").count() == 1
    clock.shift(timedelta(minutes=30))
    do("start_sla", ticket, policy=str(rescue.pk))
    assert promised(ticket)["first_response"] == ("Rescue", 0.5)


def test_it_stays_when_the_ticket_changes_and_ends_when_it_is_given_back(
    inbox: Inbox, rescue: Policy, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = do("start_sla", customer_writes(inbox), policy=str(rescue.pk))
    changes.add_tags(ticket, tags=["vip"], actor=mia.as_actor())
    assert promised(ticket)["first_response"][0] == "Rescue"
    do("start_sla", ticket, policy="fitting")
    assert promised(ticket)["first_response"] == ("Standard", 4)


def test_late_promises_stay_late(inbox: Inbox, rescue: Policy, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.shift(timedelta(hours=5))
    ticking.tell_breaches()
    do("start_sla", ticket, policy=str(rescue.pk))
    assert promised(ticket)["first_response"][1] == -1
    assert Clock.objects.get(ticket=ticket, metric="first_response").breached_at


def test_paused_promise_stays_paused(inbox: Inbox, standard: Policy, clock: time_machine.Traveller) -> None:
    targets = {("resolution", "normal"): 8 * HOUR}
    slow = save_policy(PolicyDraft(name="Slow", targets=targets, position=9))
    ticket = do("set_status", customer_writes(inbox), status="pending")
    do("start_sla", ticket, policy=str(slow.pk))
    stands = Clock.objects.get(ticket=ticket, metric="resolution")
    assert (stands.policy, stands.is_paused, stands.elapsed_seconds) == (slow, True, 0)
    clock.shift(timedelta(hours=2))
    do("set_status", ticket, status="open")
    assert promised(ticket)["resolution"] == ("Slow", 8)


def test_policy_that_is_put_away_lets_go_of_its_tickets(inbox: Inbox, rescue: Policy) -> None:
    ticket = do("start_sla", customer_writes(inbox), policy=str(rescue.pk))
    archive_policy(rescue)
    apply_to(ticket.pk)
    assert promised(ticket)["first_response"][0] == "Standard"
    with pytest.raises(Invalid):
        do("start_sla", ticket, policy=str(rescue.pk))
