"""How long a first answer will take: as usual, or longer when more wait than usual. Pure; told in seconds and in words.

The usual time is the median of what first answers took lately, in working time. When tickets wait, each of those ahead
takes its share of the working time that the desk has needed per answer, more when fewer agents than usual are there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.calendar import Calendar

# With fewer answers to learn from we say nothing.
LEAST_SAMPLE = 10
_CLEARLY_LONGER = 1.5
_HISTORY, _QUEUE = "history", "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What first answers took lately, in working seconds, and what an answer costs the whole desk."""

    p50: float
    p90: float
    sample: int
    seconds_per_answer: float = 0.0
    usual_agents: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Seconds by the clock on the wall, since that is what a customer feels."""

    p50_seconds: int
    p90_seconds: int
    usual_p50_seconds: int
    basis: str
    waiting: int
    agents: int
    sample: int


def predicted(past: Past, *, waiting: int, agents: int, calendar: Calendar, at: datetime) -> Expected | None:
    """What a ticket that is opened now can expect; None when there is too little to learn from."""
    if past.sample < LEAST_SAMPLE or past.p50 <= 0:
        return None
    # While it is closed nobody is there; when it opens, as many as usual will be.
    staffing = max(past.usual_agents, 1.0) / max(agents, 1) if calendar.is_open(at) else 1.0
    queue = waiting * past.seconds_per_answer * max(staffing, 1.0)
    p50 = max(past.p50, queue)
    p90 = max(past.p90, p50 * max(past.p90 / past.p50, 1.0))
    lasts = {seconds: _lasts(calendar, at, seconds) for seconds in (p50, p90, past.p50)}
    return Expected(
        p50_seconds=lasts[p50],
        p90_seconds=lasts[p90],
        usual_p50_seconds=lasts[past.p50],
        basis=_QUEUE if queue > past.p50 else _HISTORY,
        waiting=waiting,
        agents=agents,
        sample=past.sample,
    )


def in_words(expected: Expected) -> str:
    """ "Usually within 12 minutes, now about 25", or without the latter when it is as usual."""
    usual, now_is = as_told(expected)
    if now_is:
        return f"Usually within {span_in_words(usual)}, now about {span_in_words(now_is)}"
    return f"Usually within {span_in_words(usual)}"


def as_told(expected: Expected) -> tuple[int, int]:
    """The usual time and what it is now in rounded seconds; 0 for the latter when it is as usual."""
    is_longer = expected.p50_seconds > expected.usual_p50_seconds * _CLEARLY_LONGER
    return _rounded(expected.usual_p50_seconds), _rounded(expected.p50_seconds) if is_longer else 0


def in_a_sentence(expected: Expected) -> str:
    """The same for the middle of a letter: "We usually answer within 12 minutes; now it takes about 25 minutes." """
    usual, _, now_is = in_words(expected).removeprefix("Usually ").partition(", now ")
    return f"We usually answer {usual}; now it takes {now_is}." if now_is else f"We usually answer {usual}."


def span_in_words(seconds: int) -> str:
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = math.ceil(seconds / size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "1 minute"


def _lasts(calendar: Calendar, at: datetime, seconds: float) -> int:
    return math.ceil((calendar.add(at, seconds) - at) / timedelta(seconds=1))


def _rounded(seconds: int) -> int:
    """To steps that people say: minutes, then fives, tens and halves of an hour, then hours."""
    for limit, step in ((600, 60), (1800, 300), (7200, 600), (36_000, 1800), (172_800, 3600)):
        if seconds <= limit:
            return math.ceil(seconds / step) * step
    return math.ceil(seconds / 86_400) * 86_400
