"""Open time for delays and recoveries: promises are strangers here, so the wiring hands in who can reckon with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

# (team id, inbox id, from when, open minutes) -> the moment when they have passed
Reckoner = Callable[[int | None, int | None, datetime, int], datetime]


def _by_the_wall(team_id: int | None, inbox_id: int | None, start: datetime, minutes: int) -> datetime:
    del team_id, inbox_id
    return start + timedelta(minutes=minutes)


_reckoner: Reckoner = _by_the_wall


def provide(reckoner: Reckoner) -> None:
    global _reckoner
    _reckoner = reckoner


def after_open_minutes(team_id: int | None, inbox_id: int | None, start: datetime, minutes: int) -> datetime:
    """In the business hours of the team or inbox; by the wall where there are none."""
    return _reckoner(team_id, inbox_id, start, minutes)
