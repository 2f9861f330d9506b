"""The action that removes tags."""

from __future__ import annotations

from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_removes_the_named_tags_only(inbox: Inbox) -> None:
    ticket = do("add_tag", customer_writes(inbox), tags="vip, refund")
    assert do("remove_tag", ticket, tags="vip, unknown").tags == ["refund"]
