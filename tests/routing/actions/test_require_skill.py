"""The action that asks for skills."""

from __future__ import annotations

from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_asks_for_skills_once(inbox: Inbox) -> None:
    ticket = do("require_skill", customer_writes(inbox), tags="German")
    assert do("require_skill", ticket, tags="german, billing").skills == ["german", "billing"]
