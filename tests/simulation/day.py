"""Runs the day: an agenda of moments, the clock that moves from one to the next, and what its people do there."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

import time_machine
from django.db import connection

from core.clock import now
from people.services.agents import mark_seen
from routing.tasks import fire_time_rules, sweep_routing
from sla.tasks import sweep_policies, tick_clocks
from tests.simulation import invariants
from tests.simulation.customers import arrivals
from tests.simulation.desk import DAY, NIGHT, Desk
from tests.simulation.log import Log
from tests.simulation.staff import Staff
from tests.simulation.work import Work

EDIT_AT = DAY + timedelta(hours=13, minutes=0, seconds=30)
DOWN_FROM, DOWN_UNTIL = DAY + timedelta(hours=14), DAY + timedelta(hours=14, minutes=30)
_NEXT_DUE = """
    SELECT least(
        (SELECT min(due_at) FROM sla_clock WHERE breach_told_at IS NULL
            AND (finished_at IS NULL OR breached_at IS NOT NULL)),
        (SELECT min(warn_at) FROM sla_clock WHERE finished_at IS NULL AND breached_at IS NULL),
        (SELECT min(escalate_at) FROM sla_clock WHERE finished_at IS NULL),
        (SELECT min(snoozed_until) FROM tickets_ticket WHERE snoozed_until IS NOT NULL))"""


@dataclass
class Day:
    """`traveller` turns the clock; `findings` is what did not hold, at which minute."""

    desk: Desk
    traveller: time_machine.Traveller
    random: Random
    tickets: int
    begins_at: datetime = DAY
    ends_at: datetime = NIGHT
    # How much longer than usual an answer takes: a small desk is to be late, too.
    slowness: int = 1
    work: Work = field(default_factory=Work)
    log: Log = field(default_factory=Log)
    findings: list[str] = field(default_factory=list)
    minutes: int = 0
    _agenda: list[tuple[datetime, int, Callable[[], Any]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def plan(self, at: datetime, do: Callable[[], Any]) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), do))

    def soon(self, seconds: float, do: Callable[[], Any]) -> None:
        self.plan(now() + timedelta(seconds=seconds), do)

    def run(self) -> None:
        self._begin()
        with self.work.taken():
            while self._agenda and self._agenda[0][0] <= self.ends_at:
                self._tick_until(self._agenda[0][0])
                at, _, do = heapq.heappop(self._agenda)
                self._move(at)
                do()
                self._let_workers_work()
            self._move(self.ends_at)
            self._tick()

    def most_late(self, due: datetime) -> float:
        """By how many seconds something that was due then may be told late: only the planned downtime allows any."""
        return (DOWN_UNTIL - due).total_seconds() if DOWN_FROM <= due <= DOWN_UNTIL else 0

    def _begin(self) -> None:
        staff = Staff(self)
        for arrival in arrivals(self.tickets, self.random, self.begins_at, self.ends_at):
            self.plan(arrival.at, partial(staff.customer_opens, arrival))
        for person in self.desk.people:
            for starts_at, ends_at in person.shifts:
                if ends_at > self.begins_at:
                    staff.plan_shift(person, max(starts_at, self.begins_at), ends_at)
        staff.plan_sickness()
        self.plan(EDIT_AT, self.desk.edit_policy)
        self.plan(DOWN_FROM, lambda: self._set_clock_down(True))
        self.plan(DOWN_UNTIL, lambda: self._set_clock_down(False))
        self.plan(self.begins_at, self._minute)
        self.plan(self.begins_at, lambda: self._look(staff))

    def _minute(self) -> None:
        """What comes by the beat; then everything must hold."""
        self.minutes += 1
        here = [person.agent.pk for person in self.desk.people if person.is_here]
        mark_seen(*here)
        sweep_routing.run()
        if not self.work.is_clock_down:
            fire_time_rules.run()
            sweep_policies.run()
        self._let_workers_work()
        self.findings += invariants.of_the_minute(self.desk, now())
        self.soon(60, self._minute)

    def _look(self, staff: Staff) -> None:
        staff.look()
        self.soon(60, lambda: self._look(staff))

    def _let_workers_work(self) -> None:
        self.work.do()
        for seconds, call in self.work.sooner(1):
            self.soon(seconds, call)

    def _tick_until(self, at: datetime) -> None:
        """The clock ticks each second: at each moment in which something falls due, it is told."""
        while not self.work.is_clock_down:
            due = _next_due()
            if due is None or due > at:
                return
            self._move(max(due, now()))
            self._tick()
            # A second beat, or a task that was given twice, has nothing left to tell.
            if self.random.random() < 0.02:
                self._tick()

    def _tick(self) -> None:
        tick_clocks.run()
        self._let_workers_work()

    def _set_clock_down(self, is_down: bool) -> None:
        self.work.is_clock_down = is_down

    def _move(self, at: datetime) -> None:
        self.traveller.move_to(at)


def _next_due() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE)
        found: datetime | None = cursor.fetchone()[0]
    return found
