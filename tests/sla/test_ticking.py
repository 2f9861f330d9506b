"""The tick: a warning, then the breach, each told once, whatever the number of beats and however late."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import connection

from core.clock import now
from people.models import Agent
from sla.models import Clock, Metric, Policy
from sla.services import ticking
from sla.services.policies import PolicyDraft, save_policy
from sla.services.ticking import tell_breaches, warn_of_breaches
from sla.tasks import tick_clocks
from tests.desk import agent_replies, an_inbox, customer_writes
from tests.faults.crashing import dies_at
from tests.sla.conftest import berlin
from tests.waiting import poll_until
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import journal, waking


def told(ticket: Ticket) -> list[str]:
    events = TicketEvent.objects.filter(ticket=ticket, kind__startswith="SLA").order_by("seq")
    return [f"{event.kind} {event.data['metric']}" for event in events]


def test_desk_is_warned_once_before_the_deadline(inbox: Inbox, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    tick_clocks()
    assert told(ticket) == []
    clock.move_to(berlin(4, 11, 30))
    tick_clocks()
    tick_clocks()
    assert told(ticket) == ["SLABreachNear first_response"]


def test_breach_is_told_once_and_marked_everywhere(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 12) + timedelta(seconds=3))
    tick_clocks()
    tick_clocks()
    assert told(ticket) == ["SLABreached first_response"]
    assert TicketEvent.objects.get(kind="SLABreached").data["late_by_seconds"] == 3
    late = Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE)
    assert (late.breached_at, late.decided_at, late.channel) == (berlin(4, 12), berlin(4, 12), "email")
    ticket.refresh_from_db()
    assert (ticket.sla_breached, ticket.sla_due_at) == (True, berlin(4, 12))


def test_late_answer_ends_the_breach_but_not_the_fact(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 13))
    tick_clocks()
    clock.move_to(berlin(4, 14))
    agent_replies(ticket, mia)
    late = Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE)
    assert (late.breached_at, late.met_at, late.agent_id) == (berlin(4, 12), berlin(4, 14), None)
    ticket.refresh_from_db()
    assert (ticket.sla_breached, ticket.sla_metric) == (False, "resolution")


def test_breach_that_was_answered_before_any_tick_is_still_told(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 12) + timedelta(seconds=1))
    agent_replies(ticket, mia)
    assert Clock.objects.get(metric=Metric.FIRST_RESPONSE).breached_at == berlin(4, 12)
    tick_clocks()
    tick_clocks()
    assert told(ticket) == ["SLABreached first_response"]


def test_after_a_downtime_the_breach_is_told_without_the_stale_warning(
    inbox: Inbox, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(9, 12))
    tick_clocks()
    assert told(ticket) == ["SLABreached first_response", "SLABreached resolution"]
    seqs = TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, len(seqs) + 1))


@pytest.mark.django_db(transaction=True)
def test_ticket_that_fails_holds_up_no_other_and_has_its_turn_when_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    save_policy(PolicyDraft(name="At once", targets={(str(Metric.FIRST_RESPONSE), "normal"): 60}))
    inbox = an_inbox()
    tickets = [customer_writes(inbox) for _ in range(3)]
    long_ago = now() - timedelta(hours=1)
    Clock.objects.update(due_at=long_ago)
    Ticket.objects.update(snoozed_until=long_ago)
    record = journal.record

    def fail_once(ticket: Ticket, *args: Any, **kwargs: Any) -> Any:
        if ticket.pk == tickets[0].pk:
            raise RuntimeError("A broken ticket")
        return record(ticket, *args, **kwargs)

    with monkeypatch.context() as broken:
        for module in (ticking, waking):
            broken.setattr(module, "BATCH", 2)
        broken.setattr("tickets.services.journal.record", fail_once)
        broken.setattr("tickets.services.waking.record", fail_once)
        tick_clocks()
    assert [told(ticket) for ticket in tickets] == [[], *[["SLABreached first_response"]] * 2]
    assert list(Ticket.objects.exclude(snoozed_until=None)) == [tickets[0]]
    tick_clocks()
    assert told(tickets[0]) == ["SLABreached first_response"]
    assert not Ticket.objects.exclude(snoozed_until=None).exists()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_worker_killed_in_the_middle_of_a_batch_has_told_nothing_and_the_next_tells_all_once() -> None:
    save_policy(PolicyDraft(name="At once", targets={(str(Metric.FIRST_RESPONSE), "normal"): 60}))
    tickets = [customer_writes(an_inbox()) for _ in range(3)]
    Clock.objects.update(due_at=now() - timedelta(hours=1))
    record = journal.record

    def die_at_the_last(ticket: Ticket, *args: Any, **kwargs: Any) -> Any:
        if ticket.pk == tickets[-1].pk:
            os.kill(os.getpid(), signal.SIGKILL)
        return record(ticket, *args, **kwargs)

    def tick_and_die() -> None:
        journal.record = die_at_the_last  # in the forked process alone
        tell_breaches()

    assert dies_at("nowhere", tick_and_die)
    # Its rows are free once the server sees that nobody is there.
    poll_until(lambda: not tell_breaches() and not Clock.objects.filter(breach_told_at=None).exists())
    assert [told(ticket) for ticket in tickets] == [["SLABreached first_response"]] * 3


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_each_breach_once() -> None:
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 1}
    save_policy(PolicyDraft(name="At once", targets=targets))
    inbox = an_inbox()
    tickets = [customer_writes(inbox) for _ in range(12)]
    Clock.objects.update(due_at=berlin(4, 12))
    barrier = Barrier(3)

    def beat() -> None:
        barrier.wait()
        try:
            while tell_breaches() or warn_of_breaches():
                continue
        finally:
            connection.close()

    threads = [Thread(target=beat) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tell_breaches()
    assert [told(ticket) for ticket in tickets] == [["SLABreached first_response"]] * 12


@pytest.mark.django_db
def test_tick_finds_due_clocks_by_its_index(policy: Policy) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM sla_clock WHERE due_at <= now() AND breach_told_at IS NULL"
            " AND (finished_at IS NULL OR breached_at IS NOT NULL) ORDER BY due_at, id LIMIT 50"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "clock_due" in plan
