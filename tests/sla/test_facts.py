"""Business hours as a fact of conditions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sla.services.hours import HoursDraft, save_hours
from tests.desk import an_inbox, customer_writes, plain_channel
from tickets.conditions import Occasion, checked, holds, where
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)


@pytest.mark.parametrize(("hour", "is_open"), [(8, False), (9, True), (16, True), (17, False)])
def test_conditions_ask_whose_office_is_open(hour: int, is_open: bool) -> None:
    hours = save_hours(HoursDraft(name="Office", time_zone="UTC", periods=((0, 540, 1020),)))
    ticket = customer_writes(an_inbox())
    at = datetime(2026, 11, 23, hour, tzinfo=UTC)
    conditions = checked({"all": [{"fact": "open_hours", "op": "is", "value": str(hours.pk)}]}, listing=True)
    assert holds(conditions, Occasion(ticket, at=at)) is is_open
    assert Ticket.objects.filter(where(conditions, at=at)).exists() is is_open
