"""Random facts of a few weeks, mostly at the borders of hours and days, and random filters over them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sla.models import Fact

KINDS = ("opened", "first_response", "next_response", "resolution", "breached", "paused", "reopened", "transferred",
         "team_changed", "assigned", "rule_ran", "delivery_failed")  # fmt: skip
TAGS = ("billing", "bug", 'a "quoted", one', "späť")
# The clocks of Saint John's and Auckland change within these weeks, and New Year is among the days.
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 40


def write(dice: random.Random, tickets: list[int], agents: list[int], count: int) -> None:
    Fact.objects.bulk_create(_facts(dice, tickets, agents, count), batch_size=500)


def _facts(dice: random.Random, tickets: list[int], agents: list[int], count: int) -> Iterator[Fact]:
    for _ in range(count):
        # Mostly at the borders of days and hours, where mistakes are made.
        at = FIRST + timedelta(hours=dice.randrange(DAYS * 24), seconds=dice.choice((-1, 0, 1, dice.random() * 3600)))
        took = dice.choice((None, 0.0, 59.5, 300.0, 1e6, dice.lognormvariate(7, 2), -1.0))
        yield Fact(
            kind=dice.choice(KINDS),
            at=at,
            began_at=at - timedelta(seconds=took or 0),
            ticket_id=dice.choice(tickets),
            metric=dice.choice(("", "first_response", "resolution")),
            wall_seconds=None if took is None else took * 2,
            business_seconds=took,
            counted_seconds=dice.choice((None, took)),
            target_seconds=dice.choice((None, 60, 3600)),
            is_kept=dice.choice((None, True, False)),
            team_id=dice.choice((None, 1, 2)),
            agent_id=dice.choice((None, *agents)),
            inbox_id=dice.choice((1, 2)),
            channel=dice.choice(("email", "webchat", "")),
            priority=dice.choice(("low", "high", "")),
            organization_id=dice.choice((None, 7)),
            tags=dice.sample(TAGS, dice.randrange(3)),
            data={
                "before": dice.choice((None, 1)),
                "after": dice.choice((None, 2)),
                "rule": dice.randrange(3),
                "replies": dice.randrange(3),
                "reopens": dice.randrange(2),
            },
        )


def random_filters(dice: random.Random, agents: list[int]) -> dict[str, str]:
    first = FIRST.date() + timedelta(days=dice.randrange(DAYS))
    last = first + timedelta(days=dice.randrange(20))
    found = {"from": first.isoformat(), "to": last.isoformat()}
    found["zone"] = dice.choice(("UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu"))
    some = {
        "team": ("1", "none", "99"), "agent": ("none", str(agents[0])), "inbox": ("1",), "channel": ("email",),
        "brand": ("5", "none", "6"), "priority": ("high",), "tag": ("bug", "none", TAGS[2]),
        "organization": ("7", "none"), "metric": ("first_response",), "weekday": ("1", "7"), "hour": ("0", "2", "23"),
        "took": ("0-300", "300-900", "3600-"), "hours": ("calendar",), "compare": ("year",),
    }  # fmt: skip
    for name in dice.sample(sorted(some), dice.randrange(3)):
        found[name] = dice.choice(some[name])
    return found
