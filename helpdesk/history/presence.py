"""Who would have been on duty in the past: routing/services/staffing.py, told in Python for weeks at once."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.history.copying import copy
from helpdesk.history.rows import Table
from routing.models import StaffingLook
from routing.services.staffing import EVERY, quarter_of

Row = tuple[Any, ...]
Staff = Sequence[tuple[int, int | None]]  # agents with their teams

_COLUMNS = ("kind", "at", "team_id", "agent_id", "metric", "channel", "priority", "tags", "actor_kind", "data")
_STATES = ("available",) * 24 + ("busy", "busy", "away", "absent")
_BATCH = timedelta(days=10)


def tell_presence(staff: Staff, zone: ZoneInfo, *, since: datetime, until: datetime, random_seed: int) -> None:
    """Weekdays from nine to five, a few early and late, seldom somebody ill; every quarter was looked at."""
    dice = random.Random(f"{random_seed}/presence")
    start = quarter_of(since)
    while start < until:
        quarters = [start + number * EVERY for number in range(_BATCH // EVERY) if start + number * EVERY < until]
        facts = list(_facts(staff, quarters, zone, dice))
        copy(Table("sla_fact", _COLUMNS, lambda _: ()), facts)
        StaffingLook.objects.bulk_create(_looks(facts, quarters), ignore_conflicts=True)
        start += _BATCH


def _facts(staff: Staff, quarters: Sequence[datetime], zone: ZoneInfo, dice: random.Random) -> Iterator[Row]:
    for number, (agent_id, team_id) in enumerate(staff):
        begins, ill_on = 8 + number % 3, {day for day in range(366) if dice.random() < 0.02}
        for at in quarters:
            local = at.astimezone(zone)
            if local.weekday() > 4 or not begins <= local.hour < begins + 8:
                continue
            is_ill = local.timetuple().tm_yday in ill_on
            state = "absent" if is_ill else "away" if local.hour == begins + 4 else dice.choice(_STATES)
            yield _row("on_duty", at, team_id, agent_id, {"state": state, "is_planned": True})
            if state == "available":
                # Fuller towards the afternoon, and some more than others.
                percent = round(min(dice.gauss(38 + 5 * (local.hour - begins) + 6 * (number % 4), 12), 120), 1)
                yield _row("held", at, team_id, agent_id, {"percent": max(percent, 0.0)})


def _row(kind: str, at: datetime, team_id: int | None, agent_id: int, data: dict[str, object]) -> Row:
    return kind, at, team_id, agent_id, "", "", "", "{}", "", json.dumps(data)


def _looks(facts: Sequence[Row], quarters: Sequence[datetime]) -> Iterator[StaffingLook]:
    found = dict.fromkeys(quarters, 0)
    for kind, at, *_ in facts:
        found[at] += kind == "on_duty"
    return (StaffingLook(at=at, agents=count) for at, count in found.items())
