"""Warnings before a deadline and the path of escalation after it: each step once, in working time, with its why."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection

from notifications.models import Notification
from people.models import Agent, Role
from sla.models import BusinessHours, Clock, Metric, Policy
from sla.services import fitting
from sla.services.policies import PolicyDraft, apply_policies, save_policy
from sla.services.ticking import escalate_breaches
from sla.tasks import tick_clocks
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes
from tests.sla.conftest import HOUR, berlin
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.selectors.rows import row_context
from tickets.services import changes

PATH = (
    {"after_minutes": 0, "action": "notify_assignee"},
    {"after_minutes": 30, "action": "notify_lead"},
    {"after_minutes": 60, "action": "assign_lead"},
    {"after_minutes": 120, "action": "notify_managers"},
)


@pytest.fixture
def lead() -> Agent:
    return an_agent("Lena Lead")


@pytest.fixture
def boss() -> Agent:
    return an_agent("Mona", role=Role.MANAGER)


@pytest.fixture
def path(office: BusinessHours) -> Policy:
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 2 * HOUR}
    warnings = ({"percent": 50}, {"percent": 80}, {"minutes_left": 15})
    return save_policy(PolicyDraft(name="Path", targets=targets, hours=office, warnings=warnings, escalation=PATH))


@pytest.fixture
def ticket(path: Policy, mia: Agent, lead: Agent, boss: Agent) -> Ticket:
    team = a_team("Support", mia, lead, lead=lead)
    opened = customer_writes(an_inbox(default_team=team))
    changes.assign(opened, agent=mia, actor=boss.as_actor())
    return opened


def steps(ticket: Ticket) -> list[tuple[str, tuple[int, ...]]]:
    events = TicketEvent.objects.filter(ticket=ticket, kind="SLAEscalated").order_by("seq")
    return [(event.data["action"], tuple(event.data["agent_ids"])) for event in events]


def test_each_warning_is_told_once_at_its_time(ticket: Ticket, clock: time_machine.Traveller) -> None:
    told = TicketEvent.objects.filter(ticket=ticket, kind="SLABreachNear").order_by("seq")
    for minute, percents in ((59, []), (60, [50]), (95, [50]), (96, [50, 80]), (105, [50, 80, 88])):
        clock.move_to(berlin(4, 10) + timedelta(minutes=minute))
        tick_clocks()
        tick_clocks()
        assert [event.data["percent"] for event in told.all()] == percents
    assert told.last().data["left_seconds"] == 15 * 60  # type: ignore[union-attr]  # there are three


def test_warnings_left_behind_by_a_downtime_are_one(ticket: Ticket, clock: time_machine.Traveller) -> None:
    clock.move_to(berlin(4, 11, 50))
    tick_clocks()
    tick_clocks()
    event = TicketEvent.objects.get(ticket=ticket, kind="SLABreachNear")
    assert event.data["left_seconds"] == 600


def test_missed_deadline_walks_its_path_in_working_time(
    ticket: Ticket, mia: Agent, lead: Agent, boss: Agent, clock: time_machine.Traveller
) -> None:
    at = berlin(4, 12)
    walk = [
        (at, ("notify_assignee", (mia.pk,))),
        (at + timedelta(minutes=30), ("notify_lead", (lead.pk,))),
        (at + timedelta(minutes=60), ("assign_lead", (lead.pk,))),
        (at + timedelta(minutes=120), ("notify_managers", (boss.pk,))),
    ]
    for number, (moment, _) in enumerate(walk):
        clock.move_to(moment - timedelta(seconds=1))
        tick_clocks()
        assert len(steps(ticket)) == number
        clock.move_to(moment)
        tick_clocks()
        tick_clocks()
        assert steps(ticket) == [step for _, step in walk[: number + 1]]
    ticket.refresh_from_db()
    assert ticket.assignee == lead
    line = Notification.objects.get(agent=boss, kind="sla_escalated")
    assert line.text == "First reply within 2h 0m (Path) was missed 2h 0m ago in working time; step 4 of 4"
    clock.move_to(berlin(9, 12))
    tick_clocks()
    assert len(steps(ticket)) == 4


def test_row_of_a_list_says_why_its_ticket_was_escalated_until_the_promise_is_kept(
    ticket: Ticket, mia: Agent, lead: Agent, clock: time_machine.Traveller
) -> None:
    def shown() -> tuple[str, str]:
        ticket.refresh_from_db()
        row = row_context(ticket)
        return row["due_icon"], row["due_title"]

    clock.move_to(berlin(4, 11, 59))
    assert shown() == ("timer", "First reply due")
    clock.move_to(berlin(4, 12, 31))
    tick_clocks()
    missed = "First reply within 2h 0m (Path) was missed 30m ago in working time; step 2 of 4"
    assert shown() == ("triangle-alert", f"Escalated: {missed}")
    changes.add_tags(ticket, tags=["seen"], actor=lead.as_actor())
    assert shown() == ("triangle-alert", f"Escalated: {missed}")
    agent_replies(ticket, mia)
    assert (shown(), ticket.sla_why) == (("", ""), "")


def test_path_waits_for_the_next_working_day(path: Policy, boss: Agent, clock: time_machine.Traveller) -> None:
    clock.move_to(berlin(4, 14, 45))
    ticket = customer_writes(an_inbox())
    clock.move_to(berlin(4, 23))
    tick_clocks()
    assert steps(ticket) == [("notify_managers", (boss.pk,))], "nobody below is there to be told"
    clock.move_to(berlin(5, 9, 14))
    tick_clocks()
    assert len(steps(ticket)) == 1
    clock.move_to(berlin(5, 9, 15))
    tick_clocks()
    assert len(steps(ticket)) == 2


@pytest.mark.parametrize(
    ("action", "change", "taken", "whom"),
    [
        ("notify_team", "team is empty", "notify_lead", "Lena"),
        ("notify_assignee", "assignee has left", "notify_lead", "Lena"),
        ("notify_assignee", "all but the managers have left", "notify_managers", "Mona"),
        ("unassign", "nobody has it", "notify_lead", "Lena"),
        ("assign_lead", "lead has it", "notify_lead", "Lena"),
        ("assign_lead", "all but the managers have left", "notify_managers", "Mona"),
        ("unassign", "", "unassign", "Mia"),
        ("raise_priority", "", "raise_priority", "Mia"),
        ("raise_priority", "nobody has it", "raise_priority", "Lena"),
    ],
)
def test_step_that_fits_no_more_goes_to_the_next_one_up_and_somebody_always_hears_of_it(
    ticket: Ticket,
    path: Policy,
    lead: Agent,
    boss: Agent,
    action: str,
    change: str,
    taken: str,
    whom: str,
    clock: time_machine.Traveller,
) -> None:
    terms = {(str(Metric.FIRST_RESPONSE), "normal"): 2 * HOUR}
    steps_now = [{"after_minutes": 0, "action": action}]
    save_policy(PolicyDraft(name="Path", targets=terms, hours=path.hours, escalation=steps_now), policy=path)
    apply_policies()
    if change == "team is empty":
        ticket.team.members.clear()  # type: ignore[union-attr]  # the fixture gives it one
    elif change == "assignee has left":
        Agent.objects.filter(name="Mia Winter").update(is_active=False)
    elif change == "all but the managers have left":
        Agent.objects.exclude(pk=boss.pk).update(is_active=False)
    elif change:
        changes.assign(ticket, agent=lead if change == "lead has it" else None, actor=boss.as_actor())
    clock.move_to(berlin(4, 12))
    tick_clocks()
    ((action, agents),) = steps(ticket)
    assert (action, [Agent.objects.get(pk=pk).name.split()[0] for pk in agents]) == (taken, [whom])
    kinds = Notification.objects.filter(agent_id=agents[0]).values_list("kind", flat=True)
    assert {"sla_escalated", "unassigned"} & set(kinds)


def test_answer_ends_the_path(ticket: Ticket, mia: Agent, clock: time_machine.Traveller) -> None:
    clock.move_to(berlin(4, 12, 10))
    tick_clocks()
    agent_replies(ticket, mia)
    clock.move_to(berlin(5, 12))
    tick_clocks()
    assert len(steps(ticket)) == 1


def test_downtime_takes_the_steps_in_their_order_each_once_with_how_late(
    ticket: Ticket, clock: time_machine.Traveller
) -> None:
    clock.move_to(berlin(5, 12))
    while escalate_breaches():
        raise AssertionError("no step before the breach is told")
    tick_clocks()
    tick_clocks()
    assert [action for action, _ in steps(ticket)] == [
        "notify_assignee",
        "notify_lead",
        "assign_lead",
        "notify_managers",
    ]
    last = TicketEvent.objects.filter(ticket=ticket, kind="SLAEscalated").latest("seq")
    assert last.data["late_by_seconds"] == 22 * HOUR


def test_paused_promise_is_not_escalated(office: BusinessHours, boss: Agent, clock: time_machine.Traveller) -> None:
    targets = {(str(Metric.RESOLUTION), "normal"): HOUR}
    save_policy(PolicyDraft(name="Solve", targets=targets, hours=office, escalation=PATH[1:2]))
    ticket = customer_writes(an_inbox())
    clock.move_to(berlin(4, 11, 10))
    tick_clocks()
    changes.set_status(ticket, status="pending", actor=boss.as_actor())
    clock.move_to(berlin(4, 15))
    tick_clocks()
    assert steps(ticket) == []
    changes.set_status(ticket, status="open", actor=boss.as_actor())
    clock.move_to(berlin(4, 15, 20))
    tick_clocks()
    assert len(steps(ticket)) == 1


@pytest.mark.django_db(transaction=True)
def test_three_beats_at_once_take_each_step_once() -> None:
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 60}
    fitting.forget()
    save_policy(PolicyDraft(name="At once", targets=targets, escalation=PATH[:1]))
    inbox = an_inbox()
    tickets = [customer_writes(inbox) for _ in range(9)]
    Clock.objects.update(due_at=berlin(4, 12), escalate_at=berlin(4, 12), breach_told_at=berlin(4, 12))
    barrier = Barrier(3)

    def beat() -> None:
        barrier.wait()
        try:
            while escalate_breaches():
                continue
        finally:
            connection.close()

    threads = [Thread(target=beat) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(steps(ticket)) for ticket in tickets] == [1] * 9


def test_breach_between_due_and_pause_is_not_lost(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(8, 10, 5))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    tick_clocks()
    assert Clock.objects.get(ticket=ticket, metric=Metric.RESOLUTION).breached_at == berlin(8, 10)
