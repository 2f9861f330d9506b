"""The action that sets the status."""

from __future__ import annotations

from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_sets_the_status(inbox: Inbox) -> None:
    assert do("set_status", customer_writes(inbox), status="on_hold").status == "on_hold"
