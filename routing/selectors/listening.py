"""What routing waits for, remembered for seconds: most events then cost no task.

A process that has not heard of a new rule or team yet starts no task for it; the event's marker row is there all the
same, and the sweep finds it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from people.models import Team, TeamStrategy
from routing.models import Rule

KEPT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Listening:
    """The events that active rules react to, and whether any team hands out tickets by itself."""

    triggers: frozenset[str]
    hands_out: bool
    until: float


_known: Listening | None = None


def listening() -> Listening:
    global _known
    if _known is None or time.monotonic() > _known.until:
        triggers = frozenset(Rule.objects.filter(is_active=True).values_list("event", flat=True))
        hands_out = Team.objects.filter(is_active=True).exclude(strategy=TeamStrategy.MANUAL).exists()
        _known = Listening(triggers, hands_out, time.monotonic() + KEPT_SECONDS)
    return _known


def forget() -> None:
    """A rule was saved here, or a test begins."""
    global _known
    _known = None
