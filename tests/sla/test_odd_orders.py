"""Clocks under what seldom happens: undone, taken back, tried again, merged while they stand, told by a wrong clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from core.clock import NEVER, now
from people.models import Agent, Role
from sla.models import BusinessHours, Clock, Fact, Metric, Policy
from sla.services import pinning
from sla.services.policies import PolicyDraft, apply_policies, save_policy
from sla.tasks import tick_clocks
from tests.desk import agent_replies, an_agent, an_inbox, customer_writes
from tests.sla.conftest import HOUR, berlin
from tickets.models import Inbox, Message, Ticket, TicketEvent
from tickets.services import changes, messages, moving, scheduling

FIRST, NEXT, SOLVE, UPDATE = (str(name) for name in Metric.values)


def running(ticket: Ticket) -> dict[str, Clock]:
    return {clock.metric: clock for clock in Clock.objects.filter(ticket=ticket, finished_at=None)}


def standing(ticket: Ticket) -> list[str]:
    facts = Fact.objects.standing().filter(ticket=ticket).exclude(kind__in=["assigned", "rearranged"])
    return sorted(facts.values_list("kind", flat=True))


def everything_left() -> None:
    Message.objects.filter(direction="out").update(delivery="sent")


def test_merge_into_a_ticket_put_under_a_policy_takes_nothing_of_its_time(
    inbox: Inbox, policy: Policy, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    other = customer_writes(inbox)
    clock.move_to(berlin(4, 11, 30))
    pinning.start_policy(ticket, policy=policy, actor=mia.as_actor())
    moving.merge(other, into=ticket, actor=mia.as_actor())
    assert running(ticket)[FIRST].due_at == berlin(4, 13, 30)


def test_merge_of_a_paused_ticket_undone_leaves_it_paused_and_nothing_used_up(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket, other = customer_writes(inbox), customer_writes(inbox)
    agent_replies(ticket, mia)
    everything_left()
    clock.move_to(berlin(4, 12))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    clock.move_to(berlin(4, 13))
    merged = moving.merge(ticket, into=other, actor=mia.as_actor())
    clock.move_to(berlin(4, 15))
    moving.undo_move(ticket, event_id=merged.event_id, actor=mia.as_actor())
    paused = running(ticket)[SOLVE]
    assert (paused.is_paused, paused.elapsed_seconds, paused.due_at) == (True, 2 * HOUR, NEVER)
    clock.move_to(berlin(4, 16))
    changes.set_status(ticket, status="open", actor=mia.as_actor())
    assert running(ticket)[SOLVE].due_at == berlin(8, 14)
    assert Fact.objects.get(ticket=ticket, kind="resumed").began_at == berlin(4, 12)


def test_merge_that_opened_a_solved_ticket_undone_is_no_reopening(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    done, other = customer_writes(inbox), customer_writes(inbox)
    agent_replies(done, mia)
    everything_left()
    changes.set_status(done, status="resolved", actor=mia.as_actor())
    before = standing(done)
    clock.move_to(berlin(4, 11))
    customer_writes(inbox, on=other)
    merged = moving.merge(other, into=done, actor=mia.as_actor())
    assert "reopened" in standing(done)
    clock.move_to(berlin(4, 11, 10))
    moving.undo_move(other, event_id=merged.event_id, actor=mia.as_actor())
    assert (running(done), standing(done)) == ({}, before)
    assert running(other)[FIRST].due_at == berlin(4, 12)


def test_answer_undone_while_the_promise_stands_lets_it_stand(
    office: BusinessHours, mia: Agent, clock: time_machine.Traveller
) -> None:
    targets = {(FIRST, "normal"): 2 * HOUR, (UPDATE, "normal"): 3 * HOUR}
    save_policy(PolicyDraft(name="All stand", targets=targets, hours=office, paused_metrics=[FIRST, UPDATE]))
    ticket = customer_writes(an_inbox())
    clock.move_to(berlin(4, 11))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    clock.move_to(berlin(4, 12))
    reply = agent_replies(ticket, mia, undo_seconds=30)
    clock.shift(timedelta(seconds=10))
    messages.undo(reply, actor=mia.as_actor())
    found = {metric: (each.is_paused, each.elapsed_seconds) for metric, each in running(ticket).items()}
    assert found == {FIRST: (True, HOUR), UPDATE: (True, HOUR)}


@pytest.mark.parametrize("end", ["resolved", "spam"])
def test_end_that_an_agent_takes_back_at_once_never_was(
    inbox: Inbox, mia: Agent, end: str, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    changes.set_status(ticket, status=end, actor=mia.as_actor())
    clock.move_to(berlin(4, 11, 4))
    ticket = changes.set_status(ticket, status="open", actor=mia.as_actor())
    assert ticket.waiting_since == berlin(4, 10)
    due = {metric: each.due_at for metric, each in running(ticket).items()}
    assert due == {FIRST: berlin(4, 12), SOLVE: berlin(8, 10)}
    assert standing(ticket) == ["opened"]
    clock.move_to(berlin(4, 11, 30))
    agent_replies(ticket, mia)
    assert Fact.objects.standing().get(ticket=ticket, kind="first_response").wall_seconds == 1.5 * HOUR


def test_reply_and_resolve_undone_leave_the_promises_as_they_were(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    reply = agent_replies(ticket, mia, undo_seconds=30)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    clock.shift(timedelta(seconds=10))
    messages.undo(reply, actor=mia.as_actor())
    assert FIRST not in running(ticket), "a solved ticket owes nobody an answer"
    changes.set_status(ticket, status="open", actor=mia.as_actor())
    assert running(ticket)[SOLVE].due_at == berlin(8, 10)
    assert standing(ticket) == ["opened"]


def test_ticket_opened_again_later_or_by_a_colleague_was_solved(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    for by, minutes in ((mia, 6), (an_agent("Ben"), 1)):
        ticket = customer_writes(inbox)
        changes.set_status(ticket, status="resolved", actor=mia.as_actor())
        clock.shift(timedelta(minutes=minutes))
        changes.set_status(ticket, status="open", actor=by.as_actor())
        assert standing(ticket) == ["opened", "reopened", "resolution"]
        assert running(ticket)[SOLVE].started_at == now()


def test_customer_rescued_from_spam_is_owed_an_answer(inbox: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    changes.set_status(ticket, status="spam", actor=mia.as_actor())
    clock.move_to(berlin(5, 10))
    changes.set_status(ticket, status="open", actor=mia.as_actor())
    owed = running(ticket)[FIRST]
    assert (owed.started_at, owed.due_at) == (berlin(4, 10), berlin(5, 12)), "late by nobody's fault: all the time anew"
    clock.move_to(berlin(5, 11))
    agent_replies(ticket, mia)
    assert Fact.objects.standing().get(ticket=ticket, kind="first_response").is_kept


def test_failed_answer_that_is_tried_again_is_one_answer(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    clock.move_to(berlin(4, 11))
    reply = agent_replies(ticket, mia)
    Message.objects.filter(pk=reply.pk).update(delivery="failed")
    clock.move_to(berlin(4, 15))
    messages.try_again(reply, actor=mia.as_actor())
    facts = Fact.objects.standing().filter(ticket=ticket, kind="first_response")
    assert [fact.wall_seconds for fact in facts] == [HOUR]


def test_reply_that_leaves_later_keeps_the_promise_when_it_leaves(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    ticket = customer_writes(inbox)
    plan = scheduling.Plan(text="Tomorrow.", send_at=berlin(4, 11, 45))
    scheduling.schedule(ticket, plan=plan, agent=mia)
    assert running(ticket)[FIRST].due_at == berlin(4, 12)
    clock.move_to(berlin(4, 11, 45))
    scheduling.send_due()
    assert Clock.objects.get(ticket=ticket, metric=FIRST).met_at == berlin(4, 11, 45)


def test_note_keeps_no_promise(inbox: Inbox, mia: Agent) -> None:
    ticket = customer_writes(inbox)
    messages.add_note(ticket, text="I look at it.", actor=mia.as_actor())
    assert FIRST in running(ticket)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        ([60], ["notify_assignee", "notify_managers"]),
        ([0, 10, 60], ["notify_assignee", "notify_lead", "notify_managers"]),
        ([0, 60, 90], ["notify_assignee", "notify_managers"]),
    ],
)
def test_path_edited_midway_goes_on_after_the_step_that_was_taken(
    office: BusinessHours, mia: Agent, minutes: list[int], told: list[str], clock: time_machine.Traveller
) -> None:
    """The first step was taken at once after the miss; an hour later the managers are told, whatever else changed."""
    boss = an_agent("Mona", role=Role.MANAGER)
    actions = {0: "notify_assignee", 10: "notify_lead", 60: "notify_managers", 90: "raise_priority"}
    terms = {"name": "Path", "targets": {(FIRST, "normal"): HOUR}, "hours": office}
    paths = [[{"after_minutes": after, "action": actions[after]} for after in path] for path in ([0, 60], minutes)]
    policy = save_policy(PolicyDraft(escalation=paths[0], **terms))  # type: ignore[arg-type]  # a table of values
    ticket = changes.assign(customer_writes(an_inbox()), agent=mia, actor=boss.as_actor())
    clock.move_to(berlin(4, 11, 5))
    tick_clocks()
    save_policy(PolicyDraft(escalation=paths[1], **terms), policy=policy)  # type: ignore[arg-type]  # a table of values
    apply_policies()
    clock.move_to(berlin(4, 12))
    tick_clocks()
    events = TicketEvent.objects.filter(ticket=ticket, kind="SLAEscalated").order_by("seq")
    # Without a team there is no lead: that step goes up to the managers, too.
    assert [event.data["action"] for event in events] == [each.replace("lead", "managers") for each in told]


def test_clock_of_the_machine_that_jumps_tells_nothing_twice(inbox: Inbox, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(inbox)
    for moment in (berlin(4, 12, 1), berlin(4, 11), berlin(4, 12, 2)):
        clock.move_to(moment)
        tick_clocks()
    assert TicketEvent.objects.get(ticket=ticket, kind__startswith="SLA").kind == "SLABreached"
