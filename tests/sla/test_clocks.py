"""The clocks of a ticket as its life goes on: started, paused, met, called off, taken back, set anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import NEVER
from people.models import Agent
from sla.models import BusinessHours, Clock, Metric, Policy
from sla.services import fitting
from sla.services.policies import PolicyDraft, save_policy
from sla.services.ticking import tell_breaches
from tests.desk import a_team, agent_replies, an_inbox, customer_writes, rule_actor
from tests.sla.conftest import HOUR, START, berlin, only
from tickets.models import Inbox, Ticket
from tickets.services import changes, messages


def the_clock(ticket: Ticket, metric: str) -> Clock:
    return Clock.objects.filter(ticket=ticket, metric=metric).latest("id")


def marks(ticket: Ticket) -> tuple[object, str, bool]:
    ticket.refresh_from_db()
    return ticket.sla_due_at, ticket.sla_metric, ticket.sla_breached


def test_customer_opens_a_ticket_and_two_clocks_run(inbox: Inbox) -> None:
    ticket = customer_writes(inbox)
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)
    assert the_clock(ticket, Metric.FIRST_RESPONSE).warn_at == berlin(4, 11, 30)
    assert the_clock(ticket, Metric.RESOLUTION).due_at == berlin(8, 10)
    assert not Clock.objects.filter(metric=Metric.NEXT_RESPONSE).exists()
    assert marks(ticket) == (berlin(4, 12), "first_response", False)


def test_customer_writing_twice_sets_no_second_clock(inbox: Inbox, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.shift(timedelta(minutes=30))
    customer_writes(inbox, on=ticket)
    assert Clock.objects.filter(ticket=ticket).count() == 2
    assert marks(ticket)[0] == berlin(4, 12)


def test_inbound_message_costs_the_clocks_one_round_trip(inbox: Inbox) -> None:
    customer_writes(inbox)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        customer_writes(inbox)
    touching = [query["sql"] for query in queries if "sla_clock" in query["sql"]]
    assert len(touching) == 1


def test_agent_answers_in_time_and_the_promise_is_kept(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11, 15))
    agent_replies(ticket, mia)
    met = the_clock(ticket, Metric.FIRST_RESPONSE)
    assert (met.met_at, met.decided_at, met.finished_at, met.breached_at) == (*(berlin(4, 11, 15),) * 3, None)
    assert met.elapsed_seconds == 75 * 60
    assert (met.agent_id, met.inbox_id, met.channel, met.priority) == (mia.pk, inbox.pk, "email", "normal")
    assert marks(ticket) == (berlin(8, 10), "resolution", False)


def test_customer_writes_again_and_the_next_answer_is_promised(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    clock.move_to(berlin(4, 15))
    customer_writes(inbox, on=ticket)
    assert the_clock(ticket, Metric.NEXT_RESPONSE).due_at == berlin(5, 11)
    agent_replies(ticket, mia)
    kept = the_clock(ticket, Metric.NEXT_RESPONSE)
    assert (kept.met_at, kept.breached_at) == (berlin(4, 15), None)


def test_rule_answers_and_keeps_no_promise(inbox: Inbox) -> None:
    ticket = customer_writes(inbox)
    messages.reply(ticket, text="We got it.", is_automatic=True, actor=rule_actor())
    assert the_clock(ticket, Metric.FIRST_RESPONSE).finished_at is None


def test_agent_undoes_the_answer_and_the_clock_goes_on(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.shift(timedelta(minutes=30))
    reply = agent_replies(ticket, mia, undo_seconds=10)
    clock.shift(timedelta(seconds=5))
    messages.undo(reply, actor=mia.as_actor())
    running = the_clock(ticket, Metric.FIRST_RESPONSE)
    assert (running.met_at, running.finished_at, running.decided_at) == (None, None, None)
    assert running.due_at == berlin(4, 12)
    assert marks(ticket) == (berlin(4, 12), "first_response", False)


def test_pending_pauses_the_resolution_and_the_customer_ends_the_pause(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    clock.move_to(berlin(4, 12))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    paused = the_clock(ticket, Metric.RESOLUTION)
    assert paused.is_paused
    assert (paused.elapsed_seconds, paused.due_at) == (2 * HOUR, NEVER)
    assert marks(ticket) == (NEVER, "", False)
    clock.move_to(berlin(8, 9))
    customer_writes(inbox, on=ticket)
    assert the_clock(ticket, Metric.RESOLUTION).due_at == berlin(9, 15)
    assert marks(ticket)[1] == "next_response"


def test_pending_stops_no_promise_of_an_answer(inbox: Inbox, mia: Agent) -> None:
    ticket = customer_writes(inbox)
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    assert marks(ticket)[:2] == (berlin(4, 12), "first_response")


def test_agent_resolves_and_reopening_is_a_fresh_promise(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    clock.move_to(berlin(5, 10))
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    resolved = the_clock(ticket, Metric.RESOLUTION)
    assert (resolved.met_at, resolved.breached_at) == (berlin(5, 10), None)
    assert resolved.elapsed_seconds == 8 * HOUR
    assert marks(ticket) == (NEVER, "", False)
    customer_writes(inbox, on=ticket)
    again = the_clock(ticket, Metric.RESOLUTION)
    assert again.pk != resolved.pk
    assert again.due_at == berlin(9, 10)


def test_resolving_without_an_answer_calls_the_answer_off(inbox: Inbox, mia: Agent) -> None:
    ticket = customer_writes(inbox)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    off = the_clock(ticket, Metric.FIRST_RESPONSE)
    assert off.finished_at == START
    assert (off.met_at, off.decided_at) == (None, None)


def test_spam_counts_for_nothing(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(30, 12))
    changes.set_status(ticket, status="spam", actor=mia.as_actor())
    assert not Clock.objects.filter(decided_at__isnull=False).exists()
    assert not Clock.objects.filter(finished_at__isnull=True).exists()
    assert tell_breaches() == 0


def test_raised_priority_shortens_the_promise_from_its_start(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.shift(timedelta(minutes=10))
    changes.set_priority(ticket, priority="urgent", actor=mia.as_actor())
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 10, 30)
    assert marks(ticket)[0] == berlin(4, 10, 30)


def test_priority_raised_after_a_breach_shortens_nothing(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 15))
    tell_breaches()
    changes.set_priority(ticket, priority="urgent", actor=mia.as_actor())
    assert the_clock(ticket, Metric.RESOLUTION).due_at == berlin(8, 10)
    assert marks(ticket) == (berlin(4, 12), "first_response", True)


def test_team_with_its_own_policy_gets_its_own_promise(inbox: Inbox, mia: Agent, office: BusinessHours) -> None:
    vip = a_team("VIP", mia)
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 600}
    save_policy(PolicyDraft(name="VIP", targets=targets, hours=office, position=1, conditions=only("team", vip.pk)))
    ticket = customer_writes(inbox)
    assert the_clock(ticket, Metric.FIRST_RESPONSE).policy.name == "Standard"
    changes.assign_team(ticket, team=vip, actor=mia.as_actor())
    assert the_clock(ticket, Metric.FIRST_RESPONSE).policy.name == "VIP"
    assert marks(ticket)[0] == berlin(4, 10, 10)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (only("tags", "vip"), True),
        (only("tags", "vip", "gold"), True),
        (only("tags", "gold"), False),
        (only("organization", 1), False),
        (only("inbox", 0), False),
        ({"none": [{"fact": "tags", "op": "is", "value": "gold"}]}, True),
        ({"any": [{"fact": "subject", "op": "contains", "value": "hel"}, only("tags", "gold")]}, True),
    ],
)
def test_a_policy_applies_where_its_conditions_fit(
    condition: dict[str, Any], fits: bool, inbox: Inbox, mia: Agent
) -> None:
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 600}
    save_policy(PolicyDraft(name="Special", targets=targets, position=1, conditions=condition))
    ticket = customer_writes(inbox)
    changes.add_tags(ticket, tags=["vip"], actor=mia.as_actor())
    assert (the_clock(ticket, Metric.FIRST_RESPONSE).policy.name == "Special") is fits


def test_promise_that_begins_to_apply_later_counts_from_the_customers_message(
    policy: Policy, mia: Agent, clock: time_machine.Traveller
) -> None:
    Policy.objects.update(conditions=only("tags", "vip"))
    fitting.forget()
    ticket = customer_writes(an_inbox())
    assert not Clock.objects.exists()
    clock.shift(timedelta(hours=1))
    changes.add_tags(ticket, tags=["vip"], actor=mia.as_actor())
    assert the_clock(ticket, Metric.FIRST_RESPONSE).due_at == berlin(4, 12)


def test_snooze_stops_the_clock_only_where_the_policy_says_so(
    inbox: Inbox, policy: Policy, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    changes.snooze(ticket, until=berlin(5, 9), actor=mia.as_actor())
    assert not the_clock(ticket, Metric.RESOLUTION).is_paused
    changes.wake(ticket, why="Test", actor=mia.as_actor())
    Policy.objects.filter(pk=policy.pk).update(pauses_on=["pending", "on_hold", "snoozed"])
    changes.snooze(ticket, until=berlin(5, 9), actor=mia.as_actor())
    assert the_clock(ticket, Metric.RESOLUTION).is_paused
    clock.move_to(berlin(5, 9))
    changes.wake(ticket, why="Test", actor=mia.as_actor())
    assert the_clock(ticket, Metric.RESOLUTION).due_at == berlin(8, 17)
