"""The customers of the day: when they write first, and what they do about an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.simulation.desk import PLANS

_WORDS = (
    "It does not work.",
    "I want a refund.",
    "Where is my parcel?",
    "How do I log in?",
    "A question about prices.",
)
_DURING_HOURS = 0.85


@dataclass(frozen=True, slots=True)
class Arrival:
    """`again_at`: the same question comes once more, as a ticket of its own."""

    at: datetime
    team: str
    text: str
    again_at: datetime | None = None


def arrivals(tickets: int, random: Random, begins_at: datetime, ends_at: datetime) -> Iterator[Arrival]:
    """Exactly so many tickets; one of fifty is a second one about the same."""
    twins = tickets // 50
    chosen = random.choices(list(PLANS), weights=[plan.tickets for plan in PLANS.values()], k=tickets - twins)
    mails = [number for number, team in enumerate(chosen) if PLANS[team].kind == "email"]
    doubled = set(random.sample(mails, twins))
    for number, team in enumerate(chosen):
        at = _moment(team, random, begins_at, ends_at)
        again = at + timedelta(seconds=random.randrange(300, 1200)) if number in doubled else None
        yield Arrival(at, team, _text(team, random), again if again is None or again < ends_at else at)


def _text(team: str, random: Random) -> str:
    return "About my contract." if team == "Auckland" and random.random() < 0.2 else random.choice(_WORDS)


def _moment(team: str, random: Random, begins_at: datetime, ends_at: datetime) -> datetime:
    """Mostly while the team is there; chats only then."""
    plan = PLANS[team]
    opens, closes = min(start for start, _ in plan.shifts), max(end for _, end in plan.shifts)
    while True:
        at = begins_at + timedelta(seconds=random.randrange(round((ends_at - begins_at).total_seconds()) - 60))
        is_open = opens <= at.astimezone(ZoneInfo(plan.zone)).hour < closes
        if is_open or (plan.kind == "email" and random.random() > _DURING_HOURS):
            return at
