"""The action that puts a ticket away."""

from __future__ import annotations

from datetime import timedelta

from core.clock import now
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_snoozes_an_open_ticket(inbox: Inbox) -> None:
    ticket = do("snooze", customer_writes(inbox), hours=3)
    assert ticket.snoozed_until is not None
    assert timedelta(hours=2, minutes=59) < ticket.snoozed_until - now() <= timedelta(hours=3)


def test_rule_leaves_a_resolved_ticket_alone(inbox: Inbox) -> None:
    ticket = do("set_status", customer_writes(inbox), status="resolved")
    assert do("snooze", ticket, hours=3).snoozed_until is None
