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
    """`state` is met, late, soon, ok, paused or off; `due_at` only while it runs."""

    name: str
    state: str
    icon: str
    text: str
    title: str
    due_at: datetime | None = None


def promises_of(ticket: Ticket) -> list[Promise]:
    at = now()
    clocks = clocks_of(ticket)
    # What never stood still has used up nothing before it began to run.
    has_paused = any(clock.finished_at is None and (clock.is_paused or clock.elapsed_seconds) for clock in clocks)
    pauses = pauses_of(ticket) if has_paused else {}
    return [_promise(clock, at, pauses.get(clock.metric, [])) for clock in clocks]


def _promise(clock: Clock, at: datetime, pauses: Sequence[Pause]) -> Promise:
    name = METRIC_NAMES.get(clock.metric, clock.metric)
    target = _why(clock, pauses)
    if clock.breached_at is not None:
        late = f"missed {localtime(clock.breached_at):%d %b %H:%M}"
        return Promise(name, "late", "circle-x", late, target)
    if clock.met_at is not None:
        return Promise(name, "met", "circle-check", f"met {localtime(clock.met_at):%d %b %H:%M}", target)
    if clock.finished_at is not None:
        return Promise(name, "off", "circle-dashed", "no longer counted", target)
    if clock.is_paused or clock.due_at >= NEVER:
        left = timedelta(seconds=max(0.0, clock.target_seconds - clock.elapsed_seconds))
        return Promise(name, "paused", "pause", f"paused, {duration_text(left)} left", target)
    left = clock.due_at - at
    state = "late" if left <= timedelta() else "soon" if at >= clock.warn_at else "ok"
    icon = {"late": "circle-x", "soon": "timer", "ok": "clock"}[state]
    return Promise(name, state, icon, duration_text(left), target, clock.due_at)


def _why(clock: Clock, pauses: Sequence[Pause]) -> str:
    """The policy and its version, the target, the calendar, and the pauses: what explains the deadline."""
    policy = f"{clock.policy.name}, version {clock.policy_version}"
    hours = clock.hours.name if clock.hours else "round the clock"
    parts = [f"{policy}: within {duration_text(timedelta(seconds=clock.target_seconds))}", f"counted in: {hours}"]
    if clock.allowed_seconds > clock.target_seconds:
        parts.append("allowed longer, since the terms changed")
    for pause in [pause for pause in pauses if pause.since >= clock.started_at][-3:]:
        until = f"to {localtime(pause.until):%d %b %H:%M}" if pause.until else "until now"
        parts.append(f"stood still from {localtime(pause.since):%d %b %H:%M} {until} ({pause.why})")
    return "; ".join(parts)
