"""A desk with promises: office hours in Berlin, one policy, and a clock that the tests turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from people.models import Agent
from sla.models import BusinessHours, Metric, Policy
from sla.services import fitting
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tests.desk import an_agent, an_inbox, plain_channel
from tickets.models import Inbox

HOUR = 3600
# A Thursday, 10:00 in Berlin.
START = datetime(2026, 6, 4, 10, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def only(fact: str, *values: object) -> dict[str, Any]:
    """Conditions: the fact is one of these."""
    return {"all": [{"fact": fact, "op": "in", "value": list(values)}]}


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026."""
    return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def office(clock: time_machine.Traveller) -> BusinessHours:
    week = tuple((day, 9 * 60, 17 * 60) for day in range(5))
    return save_hours(HoursDraft(name="Office", time_zone="Europe/Berlin", periods=week))


@pytest.fixture
def policy(office: BusinessHours) -> Policy:
    """First answer in 2 h, next ones in 4 h, solved in 16 h; urgent tickets in a quarter of that."""
    normal = {Metric.FIRST_RESPONSE: 2 * HOUR, Metric.NEXT_RESPONSE: 4 * HOUR, Metric.RESOLUTION: 16 * HOUR}
    targets = {(str(metric), "normal"): seconds for metric, seconds in normal.items()}
    targets |= {(str(metric), "urgent"): seconds // 4 for metric, seconds in normal.items()}
    return save_policy(PolicyDraft(name="Standard", targets=targets, hours=office))


@pytest.fixture
def inbox(policy: Policy) -> Inbox:
    return an_inbox()


@pytest.fixture
def mia(clock: time_machine.Traveller) -> Agent:
    return an_agent("Mia Winter")


@pytest.fixture(autouse=True)
def _no_remembered_policies() -> Iterator[None]:
    fitting.forget()
    yield
    fitting.forget()
