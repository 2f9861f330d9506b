"""The action that puts a ticket away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core.clock import now
from core.errors import Invalid
from routing.actions import ACTIONS
from sla.services.hours import HoursDraft, save_hours
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_snoozes_an_open_ticket(inbox: Inbox) -> None:
    ticket = do("snooze", customer_writes(inbox), hours=3)
    assert ticket.snoozed_until is not None
    assert timedelta(hours=2, minutes=59) < ticket.snoozed_until - now() <= timedelta(hours=3)


def test_rule_snoozes_for_business_hours_or_until_they_begin(inbox: Inbox) -> None:
    monday_to_friday = [(day, 9 * 60, 17 * 60) for day in range(5)]
    save_hours(HoursDraft(name="Office", time_zone="UTC", periods=monday_to_friday, inbox_ids=[inbox.pk]))
    friday_evening = datetime(2026, 11, 20, 18, tzinfo=UTC)
    with time_machine.travel(friday_evening, tick=False):
        ticket = do("snooze", customer_writes(inbox), counted="opening")
        assert ticket.snoozed_until == datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC)
    with time_machine.travel(friday_evening - timedelta(hours=2), tick=False):
        assert do("snooze", customer_writes(inbox), counted="opening").snoozed_until is None, "it is open"
        ticket = do("snooze", customer_writes(inbox), hours=3, counted="business")
        assert ticket.snoozed_until == datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.mark.parametrize("params", [{}, {"hours": 0}, {"counted": "business"}, {"hours": 1, "counted": "x"}])
def test_snooze_says_for_how_long(inbox: Inbox, params: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        ACTIONS["snooze"].clean(params)


def test_rule_leaves_a_resolved_ticket_alone(inbox: Inbox) -> None:
    ticket = do("set_status", customer_writes(inbox), status="resolved")
    assert do("snooze", ticket, hours=3).snoozed_until is None
