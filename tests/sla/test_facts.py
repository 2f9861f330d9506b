"""Facts for reports: written when things happen, with whom they belong to, and never changed afterwards."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import InternalError, transaction

from people.models import Agent
from sla.models import BusinessHours, Fact, Policy
from sla.services.hours import HoursDraft, save_hours
from sla.tasks import tick_clocks
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes, rule_actor
from tests.sla.conftest import HOUR, berlin
from tickets.models import Inbox
from tickets.services import changes, messages


def told(*kinds: str) -> list[Fact]:
    return list(Fact.objects.standing().filter(kind__in=kinds).order_by("at", "id"))


def test_first_answer_is_a_fact_with_its_lengths_and_its_promise(
    inbox: Inbox, policy: Policy, office: BusinessHours, mia: Agent, clock: time_machine.Traveller
) -> None:
    clock.move_to(berlin(4, 16))
    ticket = customer_writes(inbox)
    clock.move_to(berlin(5, 9, 30))
    reply = agent_replies(ticket, mia)
    (fact,) = told("first_response")
    assert (fact.wall_seconds, fact.business_seconds, fact.counted_seconds) == (17.5 * HOUR, 1.5 * HOUR, 1.5 * HOUR)
    assert (fact.target_seconds, fact.is_kept, fact.message_id) == (2 * HOUR, True, reply.pk)
    assert (fact.policy_id, fact.policy_version) == (policy.pk, 1)
    assert (fact.hours_id, fact.hours_version) == (office.pk, 1)
    assert (fact.agent_id, fact.inbox_id, fact.channel, fact.priority) == (mia.pk, inbox.pk, "email", "normal")
    assert (fact.actor_kind, fact.actor_id, fact.contact_id) == ("agent", mia.pk, ticket.contact_id)


def test_answers_without_a_promise_are_facts_too(mia: Agent, clock: time_machine.Traveller) -> None:
    team = a_team("Support", mia)
    week = [(day, 9 * 60, 17 * 60) for day in range(5)]
    save_hours(HoursDraft(name="Team", time_zone="Europe/Berlin", periods=week, team_ids=[team.pk]))
    ticket = customer_writes(an_inbox(default_team=team))
    clock.move_to(berlin(4, 18))
    messages.reply(ticket, text="We got it.", is_automatic=True, actor=rule_actor())
    assert told("first_response") == []
    agent_replies(ticket, mia)
    agent_replies(ticket, mia, "And one more thing.")
    (fact,) = told("first_response", "next_response")
    assert (fact.wall_seconds, fact.business_seconds, fact.counted_seconds) == (8 * HOUR, 7 * HOUR, None)
    assert (fact.target_seconds, fact.is_kept, fact.policy_id) == (None, None, None)


def test_undone_answer_is_voided_not_erased(inbox: Inbox, mia: Agent) -> None:
    ticket = customer_writes(inbox)
    reply = agent_replies(ticket, mia, undo_seconds=10)
    messages.undo(reply, actor=mia.as_actor())
    assert told("first_response") == []
    assert Fact.objects.filter(kind="first_response").count() == 1
    agent_replies(ticket, mia)
    assert len(told("first_response")) == 1


def test_resolution_says_what_it_took_and_reopening_begins_anew(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    clock.move_to(berlin(4, 11))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    clock.move_to(berlin(4, 12))
    changes.set_status(ticket, status="open", actor=mia.as_actor())
    clock.move_to(berlin(4, 13))
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    clock.move_to(berlin(5, 9))
    customer_writes(inbox, on=ticket)
    clock.move_to(berlin(5, 10))
    agent_replies(ticket, mia)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    first, second = told("resolution")
    assert (first.wall_seconds, first.business_seconds, first.counted_seconds) == (3 * HOUR, 3 * HOUR, 2 * HOUR)
    assert (second.wall_seconds, second.counted_seconds, second.is_kept) == (HOUR, HOUR, True)
    assert second.data == {"status": "resolved", "replies": 2, "agents": 1, "reopens": 1}
    (reopened,) = told("reopened")
    assert (reopened.wall_seconds, reopened.business_seconds) == (20 * HOUR, 4 * HOUR)
    paused, resumed = told("paused", "resumed")
    assert (paused.metric, paused.data["status"], resumed.wall_seconds) == ("resolution", "pending", HOUR)


def test_handing_over_is_a_fact(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ben = an_agent("Ben")
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 10, 20))
    changes.assign(ticket, agent=mia, actor=mia.as_actor())
    changes.assign(ticket, agent=ben, actor=mia.as_actor())
    changes.assign_team(ticket, team=a_team("Second", ben), actor=ben.as_actor())
    opened, assigned, transferred, moved = told("opened", "assigned", "transferred", "team_changed")
    assert opened.data["channel"] == "email"
    assert (assigned.wall_seconds, assigned.agent_id, assigned.data["after"]) == (1200, mia.pk, mia.pk)
    assert transferred.data == {"before": mia.pk, "after": ben.pk}
    assert moved.data["before"] is None


def test_warning_and_breach_are_facts_of_their_moment(inbox: Inbox, clock: time_machine.Traveller) -> None:
    customer_writes(inbox)
    clock.move_to(berlin(4, 11, 30))
    tick_clocks()
    clock.move_to(berlin(4, 12, 0))
    tick_clocks()
    warned, breached = told("warned", "breached")
    assert (warned.metric, warned.counted_seconds, warned.is_kept) == ("first_response", 1.5 * HOUR, None)
    assert (breached.at, breached.counted_seconds, breached.is_kept) == (berlin(4, 12), 2 * HOUR, False)


@pytest.mark.parametrize("change", [{"at": None}, {"wall_seconds": 0}])
def test_nobody_changes_a_fact(inbox: Inbox, change: dict[str, Any]) -> None:
    customer_writes(inbox)
    with pytest.raises(InternalError, match="never changed"), transaction.atomic():
        Fact.objects.update(**change)
    with pytest.raises(InternalError, match="never changed"), transaction.atomic():
        Fact.objects.all()._raw_delete("default")
