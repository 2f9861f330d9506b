"""The action that adds tags."""

from __future__ import annotations

from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_adds_tags_in_their_normal_form(inbox: Inbox) -> None:
    assert do("add_tag", customer_writes(inbox), tags="VIP, Late delivery,").tags == ["vip", "late-delivery"]
