"""Whatever agents and customers do to two tickets, in any order: the clocks say what the tickets' state asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import NEVER
from core.errors import HelpdeskError
from people.models import Agent
from sla.models import BusinessHours, Clock, Fact, Metric
from sla.services.policies import PolicyDraft, save_policy
from sla.tasks import tick_clocks
from tests.desk import agent_replies, an_inbox, customer_writes
from tests.sla.conftest import HOUR, START
from tickets.models import Inbox, Message, Ticket, TicketEvent
from tickets.services import changes, messages, moving

FIRST, NEXT, SOLVE, UPDATE = (str(name) for name in Metric.values)
RESPONSES = {FIRST, NEXT}
WAITING = ("pending", "on_hold")
STATUSES = ("open", "pending", "on_hold", "resolved", "closed", "spam")
STEPS = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.sampled_from([0, 1]),
        st.sampled_from(
            [*STATUSES, "write", "reply", "reply and undo", "merge", "move the last", "split", "undo a move", "urgent",
             "normal", "take back"]
        ),
    ),
    min_size=3,
    max_size=12,
)  # fmt: skip


class Desk:
    """Two tickets of one customer, one that everything is done to and one that it is merged with."""

    def __init__(self, inbox: Inbox, agent: Agent, clock: time_machine.Traveller) -> None:
        clock.move_to(START)
        self.inbox, self.agent, self.clock, self.actor = inbox, agent, clock, agent.as_actor()
        self.pair = [customer_writes(inbox).pk, customer_writes(inbox).pk]

    def step(self, minutes: int, which: int, what: str) -> None:
        """What the desk refuses (splitting the only message off, undoing no move) is no step."""
        self.clock.shift(timedelta(minutes=minutes, seconds=7))
        tick_clocks()
        Message.objects.filter(direction="out", delivery="queued").update(delivery="sent")
        ticket, other = (Ticket.objects.get(pk=self.pair[index]) for index in (which, 1 - which))
        try:
            self._do(ticket, other, what)
        except HelpdeskError:
            return

    def _do(self, ticket: Ticket, other: Ticket, what: str) -> None:
        if ticket.merged_into_id and what != "undo a move":
            return
        if what in STATUSES:
            changes.set_status(ticket, status=what, actor=self.actor)
        elif what in ("urgent", "normal"):
            changes.set_priority(ticket, priority=what, actor=self.actor)
        elif what == "write":
            customer_writes(self.inbox, on=ticket)
        elif what.startswith("reply"):
            reply = agent_replies(ticket, self.agent, undo_seconds=30)
            self.clock.shift(timedelta(seconds=10))
            if what == "reply and undo":
                messages.undo(reply, actor=self.actor)
        elif what == "take back":
            before = ticket.status
            changes.set_status(ticket, status="resolved", actor=self.actor)
            self.clock.shift(timedelta(seconds=20))
            changes.set_status(ticket, status=before, actor=self.actor)
        else:
            self._move(ticket, other, what)

    def _move(self, ticket: Ticket, other: Ticket, what: str) -> None:
        if what == "merge":
            moving.merge(ticket, into=other, actor=self.actor)
        elif what == "undo a move":
            moves = TicketEvent.objects.filter(ticket=ticket, kind="MessagesMovedOut").order_by("-seq")
            moving.undo_move(ticket, event_id=moves.values_list("pk", flat=True).first() or 0, actor=self.actor)
        else:
            last = list(
                Message.objects.filter(ticket=ticket, direction="in").order_by("-seq").values_list("pk", flat=True)
            )
            if what == "split":
                moving.split_off(ticket, message_ids=last[:1], actor=self.actor)
            else:
                moving.move_messages(ticket, message_ids=last[:1], target=other, actor=self.actor)


def check(ticket: Ticket, hours: BusinessHours) -> None:
    calendar = hours.calendar()
    clocks = {clock.metric: clock for clock in Clock.objects.filter(ticket=ticket, finished_at=None)}
    if not ticket.is_open:
        assert not clocks, "what is done owes nothing"
    for clock in clocks.values():
        assert clock.is_paused is (ticket.status in WAITING and clock.metric != FIRST), clock
        if clock.breached_at is None:
            due = (
                NEVER
                if clock.running_since is None
                else calendar.add(clock.running_since, clock.allowed_seconds - clock.elapsed_seconds)
            )
            assert clock.due_at == due, clock
        assert (clock.paused_at is not None) is clock.is_paused
    owed = set(clocks) & RESPONSES
    if ticket.is_open:
        assert {SOLVE, UPDATE} <= set(clocks)
        assert owed == ({NEXT if ticket.first_replied_at else FIRST} if ticket.waiting_since else set())
    nearest = min((clock.due_at for clock in clocks.values()), default=NEVER)
    assert (ticket.sla_due_at, ticket.sla_breached) == (
        nearest, any(clock.breached_at for clock in clocks.values()),
    )  # fmt: skip
    check_facts(ticket)


def check_facts(ticket: Ticket) -> None:
    standing = Fact.objects.standing().filter(ticket=ticket)
    kinds = list(
        standing.filter(kind__in=["resolution", "reopened"]).order_by("at", "id").values_list("kind", flat=True)
    )
    if not Fact.objects.filter(ticket=ticket, kind="spam").exists():
        assert kinds == ["resolution", "reopened"] * (len(kinds) // 2) + ["resolution"] * (len(kinds) % 2), kinds
    answers = standing.filter(kind__in=["first_response", "next_response"])
    assert answers.count() == answers.values("message_id").distinct().count()
    assert answers.filter(kind="first_response").count() <= 1


@pytest.fixture
def desk_of_two(office: BusinessHours) -> Inbox:
    hours = {(FIRST, "normal"): 2, (NEXT, "normal"): 4, (SOLVE, "normal"): 16, (UPDATE, "normal"): 6}
    targets = {key: hour * HOUR for key, hour in hours.items()}
    targets |= {(metric, "urgent"): seconds // 4 for (metric, _), seconds in targets.items()}
    save_policy(PolicyDraft(name="Terms", targets=targets, hours=office, paused_metrics=[NEXT, SOLVE, UPDATE]))
    return an_inbox()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_clocks_and_facts_fit_the_ticket_whatever_happened(
    desk_of_two: Inbox,
    office: BusinessHours,
    mia: Agent,
    clock: time_machine.Traveller,
    steps: list[tuple[int, int, str]],
) -> None:
    desk = Desk(desk_of_two, mia, clock)
    for minutes, which, what in steps:
        desk.step(minutes, which, what)
        for ticket in Ticket.objects.filter(pk__gte=min(desk.pair)):
            check(ticket, office)
