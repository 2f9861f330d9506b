"""What keeps rules from going round: the trail of rules that led to an event, as an actor's cause carries it.

The cause reads "rule:3,7": rule 3 led to a change, rule 7 reacted to that, and this is what rule 7 did.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.events.catalogue import Actor

MAX_DEPTH = 5
_PREFIX = "rule:"


@dataclass(frozen=True, slots=True)
class Trace:
    """Where an event comes from: the rules that led to it, and how many steps it is away from a person."""

    rule_ids: frozenset[int] = frozenset()
    depth: int = 0


def may_react(rule_id: int, trace: Trace) -> bool:
    """A rule never reacts to its own effect, directly or around corners, and no chain of rules grows long."""
    return trace.depth < MAX_DEPTH and rule_id not in trace.rule_ids


def trace_of(cause: str, depth: int) -> Trace:
    ids = cause.removeprefix(_PREFIX).split(",") if cause.startswith(_PREFIX) else []
    return Trace(frozenset(int(item) for item in ids if item.isdigit()), depth)


def actor_of(rule_id: int, name: str, trace: Trace) -> Actor:
    """The rule as the one who acts, one step further from a person."""
    ids = ",".join(str(item) for item in sorted(trace.rule_ids | {rule_id}))
    return Actor(kind="rule", id=rule_id, name=name, cause=f"{_PREFIX}{ids}", depth=trace.depth + 1)
