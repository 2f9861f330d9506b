"""The action that sets or raises the priority."""

from __future__ import annotations

from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_sets_the_priority(inbox: Inbox) -> None:
    assert do("set_priority", customer_writes(inbox), priority="low").priority == "low"


def test_rule_raises_the_priority_step_by_step_up_to_urgent(inbox: Inbox) -> None:
    ticket = customer_writes(inbox)
    assert [do("set_priority", ticket, priority="raise").priority for _ in range(3)] == ["high", "urgent", "urgent"]
