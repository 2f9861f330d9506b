"""Rules have a past: versions to go back to, an archive, an order, and limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clock import now
from core.errors import Conflict, Invalid
from people.models import Agent, Role
from routing.models import Outcome, PendingEvent, Rule, RuleRun
from routing.selectors.dry_run import dry_run, explain
from routing.selectors.rules import occasion_in_words, rules
from routing.services.rules import RuleDraft, archive, delete, move, restore, revert, save_rule, switch
from routing.tasks import react_to_events
from sla.services.hours import HoursDraft, save_hours
from tests.desk import an_agent, customer_writes
from tickets.models import Inbox, Ticket
from tickets.services import changes

URGENT = {"all": [{"fact": "text", "op": "contains", "value": "urgent"}]}


def a_rule(name: str = "Rule", **values: Any) -> Rule:
    tag = {"action": "add_tag", "params": {"tags": name}}
    return save_rule(RuleDraft(name=name, **{"event": "MessageReceived", "actions": [tag], **values}))


def settle() -> None:
    react_to_events(list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True)))


@pytest.fixture
def mona(db: None) -> Agent:
    return an_agent("Mona", role=Role.MANAGER)


def test_manager_goes_back_to_an_earlier_version(mona: Agent) -> None:
    rule = a_rule(conditions=URGENT)
    save_rule(RuleDraft(name="Renamed", event="NoteAdded", actions=rule.actions, most_per_hour=3), rule=rule, by=mona)
    back = revert(rule, version=1, by=mona)
    assert (back.name, back.event, back.conditions, back.most_per_hour) == ("Rule", "MessageReceived", URGENT, 0)
    assert [(v.version, v.note) for v in back.versions.all()] == [(3, "Back to version 1"), (2, ""), (1, "")]


def test_run_tells_the_version_and_every_reason(inbox: Inbox) -> None:
    a_rule(conditions=URGENT)
    customer_writes(inbox, "Very urgent!")
    settle()
    run = RuleRun.objects.get()
    assert (run.rule_version, run.outcome, run.actions) == (1, Outcome.DONE, ["Add the tags rule"])
    assert run.findings == [{"test": "Message text contains urgent", "seen": "Very urgent!", "held": True}]


def test_archived_rule_acts_no_more_and_comes_back_switched_off(inbox: Inbox, mona: Agent) -> None:
    rule = a_rule()
    with pytest.raises(Conflict):
        delete(rule, by=mona)
    archive(rule, by=mona)
    customer_writes(inbox)
    settle()
    assert not RuleRun.objects.exists()
    assert list(rules()) == []
    restore(rule, by=mona)
    assert [found.is_active for found in rules()] == [False]
    archive(rule, by=mona)
    rule.refresh_from_db()
    delete(rule, by=mona)
    assert not Rule.objects.exists()


def test_second_rule_of_a_name_is_refused(inbox: Inbox) -> None:
    a_rule()
    with pytest.raises(Invalid) as refusal:
        a_rule()
    assert list(refusal.value.fields) == ["name"]


def test_manager_changes_the_order(mona: Agent) -> None:
    first, second = a_rule("first"), a_rule("second")
    move(second, up=True, by=mona)
    assert [rule.name for rule in rules()] == ["second", "first"]
    first.refresh_from_db()
    move(first, up=False, by=mona)
    assert [rule.name for rule in rules()] == ["second", "first"]


def test_limits_hold_a_rule_back_and_say_so(inbox: Inbox) -> None:
    a_rule(most_per_ticket=1, most_per_hour=2)
    ticket = customer_writes(inbox)
    customer_writes(inbox, on=ticket)
    customer_writes(inbox)
    customer_writes(inbox)
    settle()
    told = [(run.outcome, run.problem) for run in RuleRun.objects.order_by("pk")]
    assert told == [
        (Outcome.DONE, ""),
        (Outcome.HELD, "It may act on a ticket once only."),
        (Outcome.DONE, ""),
        (Outcome.HELD, "It may act 2 times an hour only."),
    ]


@pytest.mark.parametrize(("during", "acts"), [("inside", 0), ("outside", 1)])
def test_rule_keeps_to_its_hours(inbox: Inbox, during: str, acts: int) -> None:
    another_day = ((now().weekday() + 3) % 7, 0, 60)
    hours = save_hours(HoursDraft(name="Another day", time_zone="UTC", periods=(another_day,)))
    a_rule(hours=hours, during=during)
    customer_writes(inbox)
    settle()
    assert RuleRun.objects.count() == acts


def test_dry_run_tells_what_an_event_rule_would_have_touched(inbox: Inbox, mona: Agent) -> None:
    wanted = customer_writes(inbox, "urgent")
    other = customer_writes(inbox, "whenever")
    rule = Rule(name="New", event="MessageReceived", conditions=URGENT)
    found = dry_run(rule, mona)
    assert (found.looked_at, [verdict.ticket.pk for verdict in found.touched]) == (2, [wanted.pk])
    left_alone = explain(rule, other)
    assert (left_alone.would_act, left_alone.because) == (False, "Its conditions do not hold.")
    assert left_alone.findings[0]["held"] is False
    assert not explain(Rule(event="NoteAdded"), other).would_act
    assert Ticket.objects.filter(tags__len=0).count() == 2


def test_dry_run_tells_what_a_time_rule_would_touch_now(inbox: Inbox, mona: Agent) -> None:
    long, short = customer_writes(inbox), customer_writes(inbox)
    for ticket in (long, short):
        changes.set_status(ticket, status="pending", actor=mona.as_actor())
    Ticket.objects.filter(pk=long.pk).update(status_since=now() - timedelta(days=365))
    rule = Rule(name="New", wait="pending", wait_seconds=86400)
    found = dry_run(rule, mona)
    assert (found.looked_at, [verdict.ticket.pk for verdict in found.touched]) == (2, [long.pk])
    assert "1 day" in explain(rule, short).because
    assert occasion_in_words(rule) == "A ticket has been pending for 1 day"


def test_switched_off_rule_does_nothing(inbox: Inbox, mona: Agent) -> None:
    switch(a_rule(), on=False, by=mona)
    customer_writes(inbox)
    settle()
    assert not RuleRun.objects.exists()
