"""What rules leave behind goes after a while; what still counts stays. A rule whose arming died is armed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from core.clock import now
from people.models import Agent
from routing.models import BulkItem, BulkJob, ChatWait, Offer, Reminder, Rule, RuleRun, RuleTimer, WebhookCall
from routing.services import arming, bulk, keeping
from routing.services.rules import RuleDraft, save_rule, switch
from routing.tasks import arm_rules, fire_time_rules, sweep_routing
from tests.desk import a_team, an_agent, customer_writes
from tests.routing.doing import do
from tickets.models import Inbox
from tickets.selectors.filters import Filters
from tickets.services import changes

DAY = 86400
TAG = [{"action": "add_tag", "params": {"tags": "x"}}]


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller


def test_old_traces_go_and_those_of_open_tickets_stay(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    save_rule(RuleDraft(name="Nudge", wait="opened", wait_seconds=DAY, actions=TAG))
    tickets = [customer_writes(inbox) for _ in range(6)]
    for ticket in tickets:
        do("follow_up", ticket, days=1)
        do("call_webhook", ticket, url="https://hooks.example.com/")
    WebhookCall.objects.exclude(ticket=tickets[0]).update(state="done")
    clock.shift(timedelta(days=2))
    fire_time_rules()
    for ticket in tickets[1:]:
        changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    job = bulk.start(mia, verb="priority", values={"priority": "low"}, filters=Filters(state="any"), label="Low")
    bulk.cancel(job, by=mia)
    assert keeping.drop_old() == 0
    clock.shift(timedelta(days=400))
    keeping.drop_old()
    assert list(RuleRun.objects.values_list("ticket", flat=True)) == [tickets[0].pk]
    assert list(RuleTimer.objects.values_list("ticket", flat=True)) == [tickets[0].pk]
    assert list(WebhookCall.objects.values_list("ticket", flat=True)) == [tickets[0].pk]
    assert not Reminder.objects.exists()
    assert not BulkJob.objects.exists()


def test_change_of_many_tickets_goes_in_small_steps_and_its_job_last(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    monkeypatch.setattr(keeping, "MOST_BATCHES", 2)
    for _ in range(7):
        customer_writes(inbox)
    job = bulk.start(mia, verb="priority", values={"priority": "low"}, filters=Filters(state="any"), label="Low")
    bulk.cancel(job, by=mia)
    clock.shift(timedelta(days=400))
    left = []
    while BulkJob.objects.exists():
        keeping.drop_old()
        left.append(BulkItem.objects.filter(job=job).count())
    assert left == [3, 0]


def test_ended_offers_and_chats_of_finished_tickets_go_and_what_still_counts_stays(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    team = a_team("Chats", mia)
    tickets = [customer_writes(inbox) for _ in range(5)]
    for ticket in tickets:
        Offer.objects.create(ticket=ticket, agent=mia, team=team, made_at=now(), ended_at=now(), ended_by="missed")
        ChatWait.objects.create(ticket=ticket, began_at=now(), ended_at=now(), ended_by="abandoned", message_id=1)
    Offer.objects.filter(ticket=tickets[0]).update(ended_at=None, ended_by="")
    for ticket in tickets[1:]:
        changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    clock.shift(timedelta(days=89))
    assert keeping.drop_old() == 0
    clock.shift(timedelta(days=2))
    Offer.objects.create(ticket=tickets[1], agent=mia, team=team, made_at=now(), ended_at=now(), ended_by="missed")
    assert keeping.drop_old() == 8
    assert list(Offer.objects.order_by("pk").values_list("ticket", flat=True)) == [tickets[0].pk, tickets[1].pk]
    assert list(ChatWait.objects.values_list("ticket", flat=True)) == [tickets[0].pk]


def test_settled_timer_of_a_wait_that_goes_on_is_kept_so_that_its_rule_acts_once(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    save_rule(RuleDraft(name="Close", wait="resolved", wait_seconds=DAY, actions=TAG))
    ticket = customer_writes(inbox)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    clock.shift(timedelta(days=2))
    fire_time_rules()
    clock.shift(timedelta(days=400))
    keeping.drop_old()
    changes.add_tags(ticket, tags=["y"], actor=mia.as_actor())
    fire_time_rules()
    assert RuleTimer.objects.count() == 1
    assert not RuleRun.objects.exists()


def test_rule_whose_arming_was_lost_is_found_and_armed(
    inbox: Inbox, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arming, "BATCH", 2)
    for _ in range(5):
        customer_writes(inbox)
    monkeypatch.setattr("routing.tasks.arm_rules.delay", lambda *args: None)
    rule = save_rule(RuleDraft(name="Nudge", wait="opened", wait_seconds=DAY, actions=TAG))
    arm_rules([rule.pk])
    assert RuleTimer.objects.count() == 2
    monkeypatch.setattr("routing.tasks.arm_rules.delay", arm_rules)
    sweep_routing()
    assert RuleTimer.objects.count() == 2
    clock.shift(arming.PATIENCE)
    sweep_routing()
    assert RuleTimer.objects.count() == 5
    rule.refresh_from_db()
    assert (rule.arming_after, rule.arming_due_at) == (None, None)


def test_switched_off_rule_is_armed_no_more(inbox: Inbox) -> None:
    mona = an_agent("Mona", role="manager")
    customer_writes(inbox)
    rule = save_rule(RuleDraft(name="Nudge", wait="opened", wait_seconds=DAY, actions=TAG))
    switch(rule, on=False, by=mona)
    arm_rules([rule.pk])
    assert not RuleTimer.objects.exists()
    assert Rule.objects.get().arming_after is None
