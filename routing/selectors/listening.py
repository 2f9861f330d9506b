"""Which events some active rule waits for, remembered for seconds: most events then cost no task.

A process that has not heard of a new rule yet starts no task for it; the event's marker row is there all the same,
and the sweep finds it.
"""

from __future__ import annotations

import time

from routing.models import Rule

KEPT_SECONDS = 5.0

_known: tuple[float, frozenset[str]] = (0.0, frozenset())


def triggers_with_rules() -> frozenset[str]:
    global _known
    until, triggers = _known
    if time.monotonic() > until:
        triggers = frozenset(Rule.objects.filter(is_active=True).values_list("event", flat=True))
        _known = (time.monotonic() + KEPT_SECONDS, triggers)
    return triggers


def forget_triggers() -> None:
    """A rule was saved here."""
    global _known
    _known = (0.0, frozenset())
