"""The trail of rules that led to an event, as it travels in an actor's cause: "rule:3,7"."""

from __future__ import annotations

from core.events.catalogue import Actor
from routing.evaluator import Trace

_PREFIX = "rule:"


def trace_of(cause: str, depth: int) -> Trace:
    ids = cause.removeprefix(_PREFIX).split(",") if cause.startswith(_PREFIX) else []
    return Trace(frozenset(int(item) for item in ids if item.isdigit()), depth)


def actor_of(rule_id: int, name: str, trace: Trace) -> Actor:
    """The rule as the one who acts, one step further from a person."""
    ids = ",".join(str(item) for item in sorted(trace.rule_ids | {rule_id}))
    return Actor(kind="rule", id=rule_id, name=name, cause=f"{_PREFIX}{ids}", depth=trace.depth + 1)
