"""What the SLA clocks of a ticket would have done in the past: sla/services/clock_sql.py, told in Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from core.clock import NEVER
from sla.calendar import Calendar
from sla.models import Policy
from tickets.conditions.language import Test, hold

if TYPE_CHECKING:
    from helpdesk.history.life import Said

Snapshot = tuple[int | None, int | None, int, str, str]  # team, agent, inbox, channel, priority
_RESPONSES = ("first_response", "next_response")


@dataclass(frozen=True, slots=True)
class Promise:
    """A policy with its targets: (metric, priority) -> (seconds, seconds until each warning)."""

    policy_id: int
    version: int
    calendar: Calendar
    targets: dict[tuple[str, str], tuple[int, tuple[int, ...]]]
    hours_id: int | None = None
    hours_version: int | None = None


@dataclass(slots=True)
class ClockRow:
    """One clock, as its row will be."""

    metric: str
    target: int
    allowed: float
    warn: tuple[int, ...]
    started_at: datetime
    running_since: datetime | None
    due_at: datetime
    warn_at: datetime
    paused_at: datetime | None = None
    elapsed: float = 0.0
    warned_at: datetime | None = None
    warnings_done: int = 0
    breached_at: datetime | None = None
    met_at: datetime | None = None
    met_by: Said | None = None
    finished_at: datetime | None = None
    decided_at: datetime | None = None
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a clock did by itself; a warning says how much open time is left, in seconds and of what."""

    at: datetime
    kind: str
    metric: str
    due_at: datetime
    left_seconds: float = 0.0
    allowed_seconds: float = 0.0


@dataclass(slots=True)
class Clocks:
    """All clocks of a ticket; `promise` empty means that nothing was promised."""

    promise: Promise | None
    rows: list[ClockRow] = field(default_factory=list)
    running: dict[str, ClockRow] = field(default_factory=dict)

    def start(self, at: datetime, *, waiting_since: datetime, is_first: bool, priority: str) -> None:
        if self.promise is None:
            return
        self._start("first_response" if is_first else "next_response", waiting_since, priority)
        if "resolution" not in self.running:
            self._start("resolution", at, priority)

    def meet_responses(self, at: datetime, said: Said, snapshot: Snapshot) -> None:
        for metric in _RESPONSES:
            if clock := self.running.pop(metric, None):
                clock.met_at, clock.met_by = at, said
                self._finish(clock, at, snapshot, decides=True)

    def finish(self, at: datetime, *, is_spam: bool, snapshot: Snapshot) -> None:
        for clock in self.running.values():
            is_resolution = clock.metric == "resolution" and not is_spam
            if is_resolution:
                clock.met_at = at
            self._finish(clock, at, snapshot, decides=is_resolution)
        self.running.clear()

    def pause_or_resume(self, at: datetime, status: str) -> None:
        clock = self.running.get("resolution")
        waits = status in ("pending", "on_hold")
        if clock is None or (clock.running_since is None) == waits:
            return
        if waits:
            self._use(clock, at)
            clock.running_since, clock.paused_at = None, at
            clock.due_at = clock.due_at if clock.breached_at else NEVER
            clock.warn_at = NEVER
            return
        clock.running_since, clock.paused_at = at, None
        self._aim(clock, at)

    def retarget(self, at: datetime, priority: str) -> None:
        if self.promise is None:
            return
        is_late = any(clock.breached_at for clock in self.running.values())
        for metric, clock in self.running.items():
            target, warn = self.promise.targets[metric, priority]
            if is_late and target < clock.target:
                continue
            if clock.breached_at is None and target != clock.target:
                used = self._used(clock, at)
                clock.allowed = min(clock.allowed, used + target) if used >= target else target
                clock.warnings_done = sum(offset <= used for offset in warn)
            clock.target, clock.warn = target, warn
            if clock.running_since is not None:
                self._aim(clock, clock.running_since)

    def advance(self, until: datetime, snapshot: Snapshot) -> Iterator[Fact]:
        """Warn and breach what fell due, in the order of time."""
        facts: list[Fact] = []
        for clock in self.running.values():
            while clock.breached_at is None and clock.warn_at < min(until, clock.due_at):
                clock.warned_at = clock.warn_at
                clock.warnings_done += 1
                left = clock.allowed - self._used(clock, clock.warn_at)
                facts.append(Fact(clock.warn_at, "SLABreachNear", clock.metric, clock.due_at, left, clock.allowed))
                clock.warn_at = self._next_warning(clock)
            if clock.breached_at is None and clock.due_at < until:
                clock.breached_at = clock.decided_at = clock.due_at
                clock.snapshot, clock.warn_at = snapshot, NEVER
                facts.append(Fact(clock.due_at, "SLABreached", clock.metric, clock.due_at))
        return iter(sorted(facts, key=lambda fact: fact.at))

    def marks(self) -> tuple[datetime, str, bool]:
        """The nearest deadline, its metric, and whether a target has been missed: the ticket's own columns."""
        if not self.running:
            return NEVER, "", False
        nearest = min(self.running.values(), key=lambda clock: clock.due_at)
        is_breached = any(clock.breached_at for clock in self.running.values())
        return nearest.due_at, nearest.metric if nearest.due_at < NEVER else "", is_breached

    def _start(self, metric: str, at: datetime, priority: str) -> None:
        if self.promise is None or metric in self.running or (metric, priority) not in self.promise.targets:
            return
        target, warn = self.promise.targets[metric, priority]
        clock = ClockRow(metric, target, target, warn, at, at, NEVER, NEVER)
        self._aim(clock, at)
        self.running[metric] = clock
        self.rows.append(clock)

    def _aim(self, clock: ClockRow, at: datetime) -> None:
        if self.promise is None:
            return
        if clock.breached_at is None:
            clock.due_at = self.promise.calendar.add(at, max(clock.allowed - clock.elapsed, 0))
        clock.warn_at = NEVER if clock.breached_at else self._next_warning(clock)

    def _next_warning(self, clock: ClockRow) -> datetime:
        if self.promise is None or clock.running_since is None or clock.warnings_done >= len(clock.warn):
            return NEVER
        left = max(clock.warn[clock.warnings_done] - clock.elapsed, 0)
        return self.promise.calendar.add(clock.running_since, left)

    def _used(self, clock: ClockRow, at: datetime) -> float:
        if self.promise is None or clock.running_since is None:
            return clock.elapsed
        return clock.elapsed + self.promise.calendar.between(clock.running_since, at).total_seconds()

    def _use(self, clock: ClockRow, at: datetime) -> None:
        if self.promise is not None and clock.running_since is not None:
            clock.elapsed += self.promise.calendar.between(clock.running_since, at).total_seconds()

    def _finish(self, clock: ClockRow, at: datetime, snapshot: Snapshot, *, decides: bool) -> None:
        self._use(clock, at)
        clock.finished_at, clock.running_since, clock.paused_at, clock.warn_at = at, None, None, NEVER
        if clock.decided_at is None:
            clock.snapshot = snapshot
            clock.decided_at = at if decides else None


def promises() -> list[tuple[Policy, Promise]]:
    """The active policies in the order in which they are tried."""
    policies = Policy.objects.filter(is_active=True).select_related("hours").prefetch_related("targets")
    return [(policy, _promise(policy)) for policy in policies.order_by("position", "id")]


def promise_for(
    known: list[tuple[Policy, Promise]], *, inbox_id: int, team_id: int | None, organization_id: int | None
) -> Promise | None:
    """The first policy that fits; those of demo and seed ask for inbox, team and organization only."""
    known_facts = {"inbox": inbox_id, "team": team_id, "organization": organization_id}

    def is_so(test: Test) -> bool:
        value = test.get("value")
        return known_facts.get(str(test["fact"])) in (value if isinstance(value, list) else [value])

    return next((promise for policy, promise in known if hold(policy.conditions, is_so)), None)


def _promise(policy: Policy) -> Promise:
    return Promise(
        policy_id=policy.pk,
        version=policy.version,
        calendar=policy.hours.calendar() if policy.hours else Calendar.always(),
        targets={
            (target.metric, target.priority): (target.seconds, tuple(target.warn_after))
            for target in policy.targets.all()
        },
        hours_id=policy.hours_id,
        hours_version=policy.hours.version if policy.hours else None,
    )
