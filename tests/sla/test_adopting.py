"""Many tickets at once come out as one by one, in few statements, and nobody who has one of them is waited for."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from people.models import Agent
from sla import tasks
from sla.models import Clock, Fact, Metric, Policy
from sla.services import adopting
from sla.services.policies import PolicyDraft, apply_policies, save_policy
from tests.desk import agent_replies, an_inbox, customer_writes
from tests.sla.conftest import HOUR, berlin
from tests.waiting import poll_until
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes, journal

COLUMNS = (
    "ticket_id", "metric", "policy_version", "target_seconds", "allowed_seconds", "warn_after", "warnings_done",
    "escalate_after", "started_at", "running_since", "paused_at", "elapsed_seconds", "due_at", "warn_at",
    "escalate_at", "breached_at", "finished_at",
)  # fmt: skip


def desk_of_all_sorts(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> list[int]:
    """Open, answered, waiting for the customer, urgent, nearly late, late, and done."""
    tickets = [customer_writes(inbox) for _ in range(7)]
    clock.move_to(berlin(4, 11))
    agent_replies(tickets[1], mia)
    for ticket, status in ((tickets[2], "pending"), (tickets[3], "on_hold"), (tickets[6], "resolved")):
        changes.set_status(ticket, status=status, actor=mia.as_actor())
    changes.set_priority(tickets[4], priority="urgent", actor=mia.as_actor())
    clock.move_to(berlin(4, 13))
    tasks.tick_clocks()
    tickets += [customer_writes(inbox) for _ in range(2)]
    return [ticket.pk for ticket in tickets]


def state() -> dict[str, list[Any]]:
    events = TicketEvent.objects.filter(kind="SLAApplied").order_by("ticket_id").values_list("ticket_id", "seq", "data")
    marks = Ticket.objects.order_by("pk").values_list("pk", "sla_due_at", "sla_metric", "sla_breached", "last_seq")
    paused = Fact.objects.filter(kind__in=["paused", "resumed"]).order_by("ticket_id", "metric", "kind")
    return {
        "clocks": list(Clock.objects.order_by("ticket_id", "metric", "started_at").values_list(*COLUMNS)),
        "events": list(events),
        "marks": list(marks),
        "facts": list(paused.values_list("ticket_id", "metric", "kind", "at", "counted_seconds")),
    }


def test_many_at_once_come_out_as_one_by_one(
    inbox: Inbox, mia: Agent, policy: Policy, clock: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    ids = desk_of_all_sorts(inbox, mia, clock)
    targets = {(str(metric), "normal"): HOUR for metric in (Metric.FIRST_RESPONSE, Metric.UPDATE, Metric.RESOLUTION)}
    targets[str(Metric.RESOLUTION), "urgent"] = 32 * HOUR
    terms = {"pauses_on": ["on_hold"], "escalation": [{"after_minutes": 5, "action": "notify_lead"}]}
    save_policy(PolicyDraft(name="Standard", targets=targets, hours=policy.hours, **terms), policy=policy)  # type: ignore[arg-type]  # a table of values
    before, singly = state(), transaction.savepoint()
    for pk in ids:
        adopting.adopt([pk])
    one_by_one = state()
    transaction.savepoint_rollback(singly)
    with django_assert_max_num_queries(16):
        adopting.adopt(ids)
    assert state() == one_by_one
    assert before != one_by_one
    assert all(one_by_one.values())


@pytest.mark.django_db(transaction=True)
def test_ticket_that_somebody_is_at_holds_up_no_other_and_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.apply_policies, "apply_async", lambda **_: None)
    policy = save_policy(PolicyDraft(name="Standard", targets={(str(Metric.FIRST_RESPONSE), "normal"): HOUR}))
    inbox = an_inbox()
    tickets = [customer_writes(inbox) for _ in range(3)]
    save_policy(PolicyDraft(name="Standard", targets={(str(Metric.FIRST_RESPONSE), "normal"): 2 * HOUR}), policy=policy)
    adopted = Clock.objects.filter(target_seconds=2 * HOUR)

    def walk() -> None:
        try:
            apply_policies()
        finally:
            connection.close()

    walker = Thread(target=walk)
    with transaction.atomic():
        journal.locked(tickets[1])
        walker.start()
        poll_until(lambda: adopted.count() == 2)
        assert not adopted.filter(ticket=tickets[1]).exists()
    walker.join(60)
    assert adopted.count() == 3
