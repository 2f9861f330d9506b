"""A ticket's promises in words, each with a shape so that colour is never alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from core.clock import NEVER, now
from sla.models import Clock
from sla.selectors.of_ticket import Pause, clocks_of, pauses_of
from tickets.models import Ticket
from tickets.selectors.rows import METRIC_NAMES, duration_text


@dataclass(frozen=True, slots=True)
class Promise:
    """`state` is met, late, soon, ok, paused or off; `due_at` only while it runs; `facts` explain the deadline."""

    name: str
    state: str
    icon: str
    text: str
    facts: tuple[str, ...]
    due_at: datetime | None = None

    @property
    def title(self) -> str:
        return "; ".join(self.facts)


def promises_of(ticket: Ticket) -> list[Promise]:
    at = now()
    clocks = clocks_of(ticket, at)
    # What never stood still has used up nothing before it began to run.
    has_paused = any(clock.finished_at is None and (clock.is_paused or clock.elapsed_seconds) for clock, _ in clocks)
    pauses = pauses_of(ticket) if has_paused else {}
    return [_promise(clock, used, at, pauses.get(clock.metric, [])) for clock, used in clocks]


def _promise(clock: Clock, used: float, at: datetime, pauses: Sequence[Pause]) -> Promise:
    name = METRIC_NAMES.get(clock.metric, clock.metric)
    why = _why(clock, used, at, pauses)
    if clock.breached_at is not None:
        return Promise(name, "late", "circle-x", f"missed {_moment(clock.breached_at)}", why)
    if clock.met_at is not None:
        return Promise(name, "met", "circle-check", f"met {_moment(clock.met_at)}", why)
    if clock.finished_at is not None:
        return Promise(name, "off", "circle-dashed", "no longer counted", why)
    if _stands(clock):
        left = timedelta(seconds=max(0.0, clock.target_seconds - clock.elapsed_seconds))
        return Promise(name, "paused", "pause", f"paused, {duration_text(left)} left", why)
    left = clock.due_at - at
    state = "late" if left <= timedelta() else "soon" if at >= clock.warn_at else "ok"
    icon = {"late": "circle-x", "soon": "timer", "ok": "clock"}[state]
    return Promise(name, state, icon, duration_text(left), why, clock.due_at)


def _why(clock: Clock, used: float, at: datetime, pauses: Sequence[Pause]) -> tuple[str, ...]:
    """The policy and its version, the target, the calendar, both deadlines, and the pauses: what explains it."""
    policy = f"{clock.policy.name}, version {clock.policy_version}"
    hours = clock.hours.name if clock.hours else "round the clock"
    parts = [f"{policy}: within {duration_text(timedelta(seconds=clock.target_seconds))}", f"counted in: {hours}"]
    if clock.allowed_seconds > clock.target_seconds:
        parts.append("allowed longer, since the terms changed")
    if clock.finished_at is None and clock.breached_at is None and not _stands(clock):
        parts.append(f"due {_moment(clock.due_at)}")
        left = timedelta(seconds=max(0.0, clock.allowed_seconds - used))
        if clock.hours and left:
            parts.append(f"{duration_text(left)} left in working time at {localtime(at):%H:%M}")
    for pause in [pause for pause in pauses if pause.since >= clock.started_at][-3:]:
        until = f"to {_moment(pause.until)}" if pause.until else "until now"
        parts.append(f"stood still from {_moment(pause.since)} {until} ({pause.why})")
    return tuple(parts)


def _stands(clock: Clock) -> bool:
    return clock.is_paused or clock.due_at >= NEVER


def _moment(at: datetime) -> str:
    return f"{localtime(at):%d %b %H:%M}"
