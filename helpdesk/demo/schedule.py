"""When the demo's customers wrote, about what and by which channel: sixty days that a report can be read from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.demo.cast import Cast, Customer
from helpdesk.demo.scripts import Script, scripts
from helpdesk.history.life import Desk

DAYS = 60
PRESSING = timedelta(minutes=26)
# Share of a day's mail by hour of the company's clock, and by weekday from Monday.
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 8, 11, 12, 11, 8, 9, 10, 10, 9, 7, 6, 5, 5, 4, 3, 2)
WEEKDAYS = (14, 12, 11, 11, 10, 4, 4)
CHANNELS = {"email": 56, "webchat": 27, "telegram": 17}
LANGUAGES = {"en": 52, "de": 16, "fr": 8, "es": 8, "pt": 4, "it": 3, "nl": 2, "pl": 2, "ja": 3, "ar": 1, "uk": 1}


@dataclass(frozen=True, slots=True)
class Arrival:
    at: datetime
    script: Script
    desk: Desk
    customer: Customer
    stops_at: int | None = None  # after so many turns nobody has gone on yet


def arrivals(cast: Cast, *, count: int, now: datetime, dice: random.Random) -> list[Arrival]:
    """So many first messages in the order of time; the last ones came minutes ago."""
    moments = sorted(_moments(count, now, dice))
    planned = [_arrival(cast, at, dice) for at in moments[:-1]]
    return sorted([*planned, _pressing(cast, now, dice)], key=lambda arrival: arrival.at)


def _pressing(cast: Cast, now: datetime, dice: random.Random) -> Arrival:
    """A customer with a promise of half an hour who wrote 26 minutes ago: the first visitor sees it come due."""
    desk = next(desk for desk in cast.desks if desk.is_mail)
    hotel = [customer for customer in cast.customers["es"] if "miramar" in customer.addresses["email"]]
    script = next(script for script in scripts() if script.language == "es" and script.priority == "high")
    return Arrival(now - PRESSING, script, desk, dice.choice(hotel), stops_at=1)


def _moments(count: int, now: datetime, dice: random.Random) -> Iterator[datetime]:
    """A third of all in the last nine days: an open desk, not a museum."""
    fresh = [timedelta(minutes=minutes) for minutes in (4, 11, 33, 48, 80, 140)]
    yield from (now - ago for ago in fresh)
    recent = round(count * 0.33)
    for number in range(count - len(fresh)):
        span = 9 if number < recent else DAYS
        yield _busy_moment(now - timedelta(hours=3), span, dice)


def _busy_moment(now: datetime, span_days: int, dice: random.Random) -> datetime:
    """A moment when customers write: chosen by the hour and the weekday."""
    while True:
        at = now - timedelta(seconds=dice.uniform(0, span_days * 86_400))
        weight = HOURS[at.hour] * WEEKDAYS[at.weekday()]
        if dice.uniform(0, max(HOURS) * max(WEEKDAYS)) < weight:
            return at.replace(microsecond=0)


def _arrival(cast: Cast, at: datetime, dice: random.Random) -> Arrival:
    is_spam = dice.random() < 0.03
    kind = "email" if is_spam else _weighted(CHANNELS, dice)
    while True:
        language = "en" if is_spam else _weighted(LANGUAGES, dice)
        fitting = [
            script
            for script in scripts()
            if script.language == language and kind in script.channels and script.is_spam == is_spam
        ]
        if fitting:
            break
    desk = next(desk for desk in cast.desks if desk.kind == kind)
    return Arrival(at, dice.choice(fitting), desk, dice.choice(cast.customers[language]))


def _weighted(weights: dict[str, int], dice: random.Random) -> str:
    return dice.choices(list(weights), weights=list(weights.values()))[0]
