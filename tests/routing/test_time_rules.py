"""Time rules: armed when a wait begins, looked at under the lock, once per wait, never after somebody acted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from helpdesk.celery import app as celery_app
from people.models import Agent, Role
from routing.models import Outcome, Rule, RuleRun, RuleTimer
from routing.services import errands, timing, webhooks
from routing.services.arming import wait_of
from routing.services.rules import RuleDraft, save_rule, switch
from routing.tasks import arm_rules, fire_time_rules
from sla.services.hours import HoursDraft, save_hours
from tests.desk import agent_replies, an_agent, customer_writes
from tests.waiting import poll_until
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes
from tickets.services.outbox import record_failed
from workspace.directory import directory
from workspace.sentences import sentence

DAY = 86400


def a_rule(name: str = "Nudge", **values: Any) -> Rule:
    tag = {"action": "add_tag", "params": {"tags": name}}
    defaults = {"wait": "pending", "wait_seconds": 3 * DAY, "actions": [tag]}
    return save_rule(RuleDraft(name=name, **{**defaults, **values}))


def pass_days(clock: time_machine.Traveller, count: float) -> None:
    clock.shift(timedelta(days=count))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller


def tags(ticket: Ticket) -> list[str]:
    ticket.refresh_from_db()
    return ticket.tags


def set_pending(ticket: Ticket, agent: Agent) -> None:
    changes.set_status(ticket, status="pending", actor=agent.as_actor())


def test_ticket_that_was_pending_for_three_days_is_acted_on_once(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    rule = a_rule()
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    pass_days(clock, 2.9)
    fire_time_rules()
    assert tags(ticket) == []
    pass_days(clock, 0.2)
    for _ in range(3):
        fire_time_rules()
    assert tags(ticket) == ["nudge"]
    run = RuleRun.objects.get()
    assert (run.rule, run.outcome, run.rule_version) == (rule, Outcome.DONE, 1)
    assert run.waiting_since == RuleTimer.objects.get().episode
    ran = TicketEvent.objects.get(kind="RuleRan")
    assert (ran.data["run_id"], ran.cause) == (run.pk, f"rule:{rule.pk}")


def test_next_wait_is_another_one(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    a_rule()
    ticket = customer_writes(inbox)
    for _ in range(2):
        set_pending(ticket, mia)
        pass_days(clock, 4)
        fire_time_rules()
        changes.set_status(ticket, status="open", actor=mia.as_actor())
    assert RuleRun.objects.count() == 2


def test_somebody_who_acts_in_time_ends_the_wait(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    a_rule()
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    pass_days(clock, 2)
    changes.set_status(ticket, status="open", actor=mia.as_actor())
    pass_days(clock, 2)
    fire_time_rules()
    assert (tags(ticket), RuleTimer.objects.count()) == ([], 0)


def test_conditions_are_looked_at_when_it_is_due_and_again_after_a_change(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    a_rule(conditions={"all": [{"fact": "priority", "op": "is", "value": "high"}]})
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    pass_days(clock, 4)
    fire_time_rules()
    assert (tags(ticket), RuleTimer.objects.get().was_missed) == ([], True)
    changes.set_priority(ticket, priority="high", actor=mia.as_actor())
    fire_time_rules()
    assert tags(ticket) == ["nudge"]


@pytest.mark.parametrize(
    ("wait", "waits"),
    [
        ("waiting", ["written"]),
        ("unanswered", ["answered"]),
        ("quiet", ["written", "answered"]),
        ("unassigned", ["written"]),
        ("opened", ["written", "answered"]),
        ("resolved", ["resolved"]),
        ("open", ["written", "answered"]),
        ("on_hold", []),
    ],
)
def test_each_wait_means_what_it_says(inbox: Inbox, mia: Agent, wait: str, waits: list[str]) -> None:
    rule = a_rule(wait=wait)
    customer_writes(inbox, subject="written")
    agent_replies(customer_writes(inbox, subject="answered"), mia)
    changes.set_status(customer_writes(inbox, subject="resolved"), status="resolved", actor=mia.as_actor())
    found = [ticket.subject for ticket in Ticket.objects.order_by("subject") if wait_of(rule.pk, ticket.pk)]
    assert found == sorted(waits)
    armed = RuleTimer.objects.values_list("ticket__subject", flat=True)
    assert set(waits) <= set(armed)


def test_customer_who_answers_is_not_reminded(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    a_rule(wait="unanswered")
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    pass_days(clock, 2)
    customer_writes(inbox, "Thanks!", on=ticket)
    pass_days(clock, 2)
    fire_time_rules()
    assert tags(ticket) == []


def test_customer_whom_the_answer_never_reached_is_not_reminded(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    a_rule(wait="unanswered")
    ticket = customer_writes(inbox)
    agent_replies(ticket, mia)
    pass_days(clock, 2)
    record_failed(agent_replies(ticket, mia, "One more thing"), reason="No such mailbox")
    pass_days(clock, 4)
    fire_time_rules()
    assert tags(ticket) == []
    agent_replies(ticket, mia, "Once more")
    pass_days(clock, 4)
    fire_time_rules()
    assert tags(ticket) == ["nudge"]


def test_new_rule_is_armed_for_what_waits_already(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    tickets = [customer_writes(inbox) for _ in range(3)]
    for ticket in tickets:
        set_pending(ticket, mia)
    pass_days(clock, 5)
    rule = a_rule()
    assert not RuleTimer.objects.exists()
    arm_rules([rule.pk])
    fire_time_rules()
    assert [tags(ticket) for ticket in tickets] == [["nudge"]] * 3


def test_changed_rule_counts_anew_and_a_rule_switched_off_does_nothing(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    rule = a_rule()
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    pass_days(clock, 4)
    save_rule(RuleDraft(name="Nudge", wait="pending", wait_seconds=9 * DAY, actions=rule.actions), rule=rule)
    arm_rules([rule.pk])
    fire_time_rules()
    assert tags(ticket) == []
    switch(rule, on=False, by=an_agent("Mona", role=Role.MANAGER))
    pass_days(clock, 9)
    fire_time_rules()
    assert (tags(ticket), RuleTimer.objects.count()) == ([], 0)


def test_waiting_time_counts_in_business_hours(inbox: Inbox, mia: Agent) -> None:
    hours = save_hours(HoursDraft(name="Nights", time_zone="UTC", periods=((now().weekday(), 0, 1),)))
    a_rule(hours=hours, during="inside", wait_seconds=3600)
    set_pending(customer_writes(inbox), mia)
    # One minute open a week: an hour of waiting takes more than a year.
    assert RuleTimer.objects.get().due_at > now() + timedelta(days=366)


def test_most_per_hour_puts_the_rest_off(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    a_rule(most_per_hour=2)
    for _ in range(3):
        set_pending(customer_writes(inbox), mia)
    pass_days(clock, 4)
    fire_time_rules()
    assert RuleRun.objects.count() == 2
    pass_days(clock, 0.1)
    fire_time_rules()
    assert RuleRun.objects.count() == 3


def test_whoever_is_out_of_time_takes_no_other_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails keeps none from being taken; one that the clock ends is the last one."""
    taken: list[str] = []

    def ending(name: str, error: Exception) -> Callable[[], int]:
        def step() -> int:
            taken.append(name)
            raise error

        return step

    monkeypatch.setattr(timing, "fire_due", ending("rules", RuntimeError("broken")))
    monkeypatch.setattr(errands, "remind_due", ending("reminders", SoftTimeLimitExceeded()))
    monkeypatch.setattr(webhooks, "due_calls", ending("calls", RuntimeError("broken")))
    with pytest.raises(SoftTimeLimitExceeded):
        fire_time_rules()
    assert taken == ["rules", "reminders"]


def test_failure_is_tried_again(
    inbox: Inbox, mia: Agent, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    a_rule()
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    pass_days(clock, 4)

    def explode(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as broken:
        broken.setattr("routing.services.timing.run_rule", explode)
        timing.fire_due()
    assert tags(ticket) == []
    pass_days(clock, 0.1)
    timing.fire_due()
    assert tags(ticket) == ["nudge"]


@pytest.mark.parametrize(
    "values",
    [{"wait": "eternity"}, {"wait_seconds": 5}, {"event": "TicketOpened"}, {"during": "inside"}],
)
def test_what_cannot_be_waited_for_is_refused(db: None, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        a_rule(**values)


def test_rule_acts_within_a_minute_of_its_time(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    """It is due to the second, and looked for every few seconds, a whole batch at a time."""
    assert celery_app.conf.beat_schedule["fire-time-rules"]["schedule"] <= 60
    a_rule()
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    timer = RuleTimer.objects.get()
    assert timer.due_at - timer.episode == timedelta(days=3)
    clock.shift(timer.due_at - now() - timedelta(seconds=1))
    fire_time_rules()
    assert tags(ticket) == []
    clock.shift(2)
    fire_time_rules()
    assert tags(ticket) == ["nudge"]


def test_history_of_the_ticket_names_the_rule_and_its_version(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    rule = a_rule()
    for _ in range(2):
        save_rule(RuleDraft(name="Nudge", wait="pending", wait_seconds=3 * DAY, actions=rule.actions), rule=rule)
    set_pending(customer_writes(inbox), mia)
    pass_days(clock, 4)
    fire_time_rules()
    ran = TicketEvent.objects.get(kind="RuleRan")
    assert sentence(ran, directory()).text == "The rule “Nudge” ran (version 3): Add the tags nudge"


@pytest.mark.django_db(transaction=True)
def test_customer_who_is_quicker_than_the_rule_is_heard(inbox: Inbox, mia: Agent) -> None:
    """The rule has found the wait to be over and stands before the ticket's lock when the ticket goes on."""
    a_rule(wait_seconds=60)
    ticket = customer_writes(inbox)
    set_pending(ticket, mia)
    RuleTimer.objects.update(due_at=now() - timedelta(seconds=1))
    Ticket.objects.filter(pk=ticket.pk).update(status_since=now() - timedelta(hours=1))
    RuleTimer.objects.update(episode=Ticket.objects.get(pk=ticket.pk).status_since)
    firing = Thread(target=_fire_in_own_connection)
    with unit_of_work():
        changes.set_status(ticket, status="open", actor=mia.as_actor())
        firing.start()
        poll_until(_somebody_waits_for_a_lock)
    firing.join()
    assert tags(ticket) == []
    assert not RuleRun.objects.exists()


def _fire_in_own_connection() -> None:
    try:
        timing.fire_due()
    finally:
        connection.close()


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
