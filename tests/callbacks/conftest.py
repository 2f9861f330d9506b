"""A ticket of the Support team, and a promise to call its contact in an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.models import Callback
from callbacks.services.planning import Plan, plan_callback
from core.clock import now
from tests.cast import Cast, new_ticket
from tickets.models import Ticket

PHONE = "+49 30 901820"


def a_plan(**values: object) -> Plan:
    starts_at = now() + timedelta(hours=1)
    window = {"phone": PHONE, "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
    return Plan(**{**window, **values})  # type: ignore[arg-type]  # the values name real fields


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return new_ticket(cast.mail)


@pytest.fixture
def callback(cast: Cast, ticket: Ticket) -> Callback:
    return plan_callback(ticket, a_plan(assignee=cast.ben), actor=cast.ana.as_actor())
