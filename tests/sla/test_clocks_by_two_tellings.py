"""Two independent tellings of the same rules must agree: the statements that move live clocks, and the history
writer that lays down the past. Whatever happens to a ticket, both end with the same clocks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import now
from helpdesk.history.clocks import ClockRow, promise_for, promises
from helpdesk.history.facts import COLUMNS, facts_of
from helpdesk.history.life import Desk, Life, Person
from people.models import Agent
from sla.models import Clock, Fact
from sla.tasks import tick_clocks
from tests.desk import agent_replies, an_agent, customer_writes
from tests.sla.conftest import START
from tickets.models import Inbox, Ticket
from tickets.services import changes

STEPS = st.lists(
    st.tuples(
        st.integers(1, 700),
        st.sampled_from(["write", "reply", "pending", "on_hold", "open", "resolved", "normal", "urgent", "hand on"]),
    ),
    max_size=8,
)


class TwoTellings:
    """The same steps, done to a real ticket and told to a history."""

    def __init__(self, inbox: Inbox, agent: Agent, clock: time_machine.Traveller) -> None:
        promise = promise_for(promises(), inbox_id=inbox.pk, team_id=None, organization_id=None)
        self.inbox, self.agent, self.clock, self.at = inbox, agent, clock, START
        self.person, self.colleague = Person("agent", agent.pk, agent.name), an_agent("Ben Sommer")
        clock.move_to(START)
        self.ticket = customer_writes(inbox)
        self.life = Life(
            self.ticket.pk,
            self.ticket.number,
            Desk(inbox.pk, inbox.kind),
            Person("contact", 1, "Ana"),
            "Help",
            START,
            promise=promise,
        )
        self.life.receive(START, "Help")

    def step(self, minutes: int, what: str) -> None:
        # The odd seconds keep steps from falling on a deadline exactly, where both orders would be right.
        self._pass(timedelta(minutes=minutes, seconds=7))
        self.ticket.refresh_from_db()
        if what == "write":
            customer_writes(self.inbox, on=self.ticket)
            self.life.receive(self.at, "More")
        elif what == "reply":
            self._reply()
        elif what in ("normal", "urgent"):
            self._prioritise(what)
        elif what == "hand on":
            self._hand_on()
        elif self.ticket.status not in (what, "resolved", "spam"):
            changes.set_status(self.ticket, status=what, actor=self.agent.as_actor())
            self.life.set_status(self.at, what, by=self.person)

    def _pass(self, time: timedelta) -> None:
        """The clock ticks whenever something falls due, as it does each second."""
        self.at += time
        unfinished = Clock.objects.filter(ticket=self.ticket, finished_at=None, breached_at=None)
        moments = {moment for pair in unfinished.values_list("warn_at", "due_at") for moment in pair}
        # A clock may warn more than once on the way.
        while moments := {moment for moment in moments if now() < moment < self.at}:
            self.clock.move_to(min(moments))
            tick_clocks()
            moments = {moment for pair in unfinished.values_list("warn_at", "due_at") for moment in pair}
        self.clock.move_to(self.at)
        tick_clocks()

    def _reply(self) -> None:
        agent_replies(self.ticket, self.agent)
        self.life.reply(self.at, self.person, "Answer")
        if self.ticket.assignee_id is None and self.ticket.is_open:
            self.life.assign(self.at, self.person, by=self.person)

    def _prioritise(self, priority: str) -> None:
        if self.ticket.priority != priority:
            changes.set_priority(self.ticket, priority=priority, actor=self.agent.as_actor())
            self.life.set_priority(self.at, priority, by=self.person)

    def _hand_on(self) -> None:
        """To whichever of the two does not have it."""
        to = next(person for person in (self.agent, self.colleague) if person.pk != self.ticket.assignee_id)
        changes.assign(self.ticket, agent=to, actor=self.agent.as_actor())
        self.life.assign(self.at, Person("agent", to.pk, to.name), by=self.person)

    def end(self) -> None:
        self._pass(timedelta(days=1))
        self.life.live_on(self.at)


def real(ticket: Ticket) -> list[tuple[Any, ...]]:
    return sorted((_facts(clock, clock.target_seconds, clock.elapsed_seconds) for clock in _rows(ticket)), key=str)


def told(life: Life) -> list[tuple[Any, ...]]:
    return sorted((_facts(clock, clock.target, clock.elapsed) for clock in life.clocks.rows), key=str)


COMPARED = ("kind", "at", "began_at", "metric", "is_kept", "priority")
# "update" is told by clocks alone, steps of escalation paths and rearrangements by the living alone.
TOLD_BY_BOTH = (
    "opened", "first_response", "next_response", "resolution", "reopened", "spam", "assigned", "transferred",
    "priority_changed", "paused", "resumed", "warned", "breached",
)  # fmt: skip


def real_facts(ticket: Ticket) -> list[tuple[Any, ...]]:
    rows = Fact.objects.standing().filter(ticket=ticket, kind__in=TOLD_BY_BOTH)
    return sorted(
        (
            _fact({name: getattr(row, name) for name in (*COMPARED, "wall_seconds", "business_seconds", "data")})
            for row in rows
        ),
        key=str,
    )


def told_facts(life: Life) -> list[tuple[Any, ...]]:
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in facts_of(life))
    found = (_fact({**row, "data": json.loads(row["data"])}) for row in rows if row["kind"] in TOLD_BY_BOTH)
    return sorted(found, key=str)


def _fact(row: dict[str, Any]) -> tuple[Any, ...]:
    """How late a breach was noticed is known to the living only."""
    data = {name: value for name, value in row["data"].items() if name != "late_by_seconds"}
    lengths = [None if row[name] is None else round(row[name], 3) for name in ("wall_seconds", "business_seconds")]
    return (*(row[name] for name in COMPARED), *lengths, data)


def _rows(ticket: Ticket) -> list[Clock]:
    return list(Clock.objects.filter(ticket=ticket))


def _facts(clock: Clock | ClockRow, target: int, elapsed: float) -> tuple[Any, ...]:
    names = ("metric", "started_at", "running_since", "due_at", "paused_at", "breached_at", "met_at", "finished_at")
    facts = (getattr(clock, name) for name in (*names, "decided_at"))
    return (*facts, target, round(elapsed, 3), _decided_for(clock))


def _decided_for(clock: Clock | ClockRow) -> tuple[Any, ...] | None:
    """Whom the outcome is counted for."""
    if clock.decided_at is None:
        return None
    if isinstance(clock, Clock):
        return clock.team_id, clock.agent_id, clock.inbox_id, clock.channel, clock.priority
    return clock.snapshot


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_live_clocks_and_written_history_agree_whatever_happens(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller, steps: list[tuple[int, str]]
) -> None:
    both = TwoTellings(inbox, mia, clock)
    for minutes, what in steps:
        both.step(minutes, what)
    both.end()
    assert real(both.ticket) == told(both.life)
    assert real_facts(both.ticket) == told_facts(both.life)
    both.ticket.refresh_from_db()
    marks = both.ticket.sla_due_at, both.ticket.sla_metric, both.ticket.sla_breached
    assert marks == both.life.clocks.marks()


# What was called off with the resolution is no part of the next wait, however long ago the customer wrote.
DONE_UNANSWERED = [(30, "reply"), (20, "write"), (60, "resolved"), (600, "write"), (20, "reply"), (9, "spam")]
ANSWERED_WHEN_DONE = [(20, "resolved"), (30, "reply"), (40, "write"), (50, "hand on"), (60, "reply")]
LONG_STORY = [
    (30, "reply"), (20, "pending"), (60, "write"), (500, "reply"), (10, "resolved"), (30, "write"), (300, "urgent"),
    (10, "reply"), (5, "resolved"),
]  # fmt: skip


# Late with both promises, answered, done and back again; in the end it counts for nothing.
SPAM_AFTER_ALL = [
    (300, "pending"), (600, "write"), (9, "reply"), (5, "resolved"), (7, "write"), (30, "reply"),
    (9, "spam"),
]  # fmt: skip


@pytest.mark.parametrize("story", [LONG_STORY, DONE_UNANSWERED, ANSWERED_WHEN_DONE, SPAM_AFTER_ALL])
def test_live_facts_and_written_history_agree(
    inbox: Inbox, mia: Agent, clock: time_machine.Traveller, story: list[tuple[int, str]]
) -> None:
    both = TwoTellings(inbox, mia, clock)
    for minutes, what in story:
        both.step(minutes, what)
    both.end()
    assert real_facts(both.ticket) == told_facts(both.life)
