"""Plays one day from its seed: builds the desk, lives the day, and asks everything afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from unittest.mock import patch

import time_machine

from routing.selectors import listening
from sla.services import fitting
from tests.desk import plain_channel
from tests.simulation import adding_up, invariants
from tests.simulation.day import Day
from tests.simulation.desk import DAY, build_desk


@dataclass
class Played:
    """`findings` is empty when everything held."""

    day: Day
    seed: int
    agents: int
    seconds: float
    findings: list[str]


def play(*, tickets: int, agents: int, seed: int, hours: tuple[int, int] = (0, 24), slowness: int = 1) -> Played:
    """`hours` of that day in UTC."""
    fitting.forget()
    listening.forget()
    began = time.perf_counter()
    with (
        patch("tickets.capabilities._provider", plain_channel),
        time_machine.travel(DAY - timedelta(hours=1), tick=False) as traveller,
    ):
        begins_at, ends_at = (DAY + timedelta(hours=hour) for hour in hours)
        day = Day(build_desk(agents), traveller, Random(seed), tickets, begins_at, ends_at, slowness)
        day.run()
        findings = [*day.findings, *invariants.at_the_end(day), *adding_up.differences(day)]
    fitting.forget()
    listening.forget()
    return Played(day, seed, agents, time.perf_counter() - began, findings)
