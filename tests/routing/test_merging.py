"""What routing makes of a merge: room for more work, waits that come along, and one event for rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core.clock import now
from people.models import Agent, Team
from routing.models import PendingEvent
from routing.services.rules import RuleDraft, save_rule
from routing.tasks import fire_time_rules, react_to_events
from tests.desk import agent_replies, customer_writes
from tickets.models import Inbox, Ticket
from tickets.services import moving

HOUR = 3600
TAG = [{"action": "add_tag", "params": {"tags": "nudge"}}]


def tags(ticket: Ticket) -> list[str]:
    ticket.refresh_from_db()
    return ticket.tags


def react() -> int:
    """What the worker would do; returns how many events rules looked at."""
    ids = list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True))
    react_to_events(ids)
    return len(ids)


def test_merge_that_frees_an_agent_hands_out_what_waits_at_once(
    inbox: Inbox,
    support: Team,
    mia: Agent,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    support.strategy = "round_robin"
    support.save(update_fields=["strategy"])
    ticket, other = customer_writes(inbox), customer_writes(inbox)
    asked: list[bool] = []
    monkeypatch.setattr(react_to_events, "delay", lambda ids, may_free: asked.append(may_free))
    with django_capture_on_commit_callbacks(execute=True):
        merged = moving.merge(ticket, into=other, actor=mia.as_actor())
    assert any(asked)
    asked.clear()
    with django_capture_on_commit_callbacks(execute=True):
        moving.undo_move(ticket, event_id=merged.event_id, actor=mia.as_actor())
    assert any(asked)


def test_wait_that_comes_with_a_message_is_waited_for(inbox: Inbox, mia: Agent) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        save_rule(RuleDraft(name="Nudge", wait="waiting", wait_seconds=HOUR, actions=TAG))
        other = customer_writes(inbox)
        agent_replies(other, mia)
        clock.shift(timedelta(minutes=1))
        moving.merge(customer_writes(inbox, "And another thing"), into=other, actor=mia.as_actor())
        clock.shift(timedelta(seconds=HOUR + 60))
        fire_time_rules()
        assert tags(other) == ["nudge"]


@pytest.mark.parametrize("how", ["merged", "moved"])
def test_messages_that_come_together_are_one_event_to_a_rule(inbox: Inbox, mia: Agent, how: str) -> None:
    newest: dict[str, Any] = {"all": [{"fact": "text", "op": "contains", "value": "third"}]}
    save_rule(RuleDraft(name="Nudge", event="MessageMovedIn", conditions=newest, actions=TAG))
    other = customer_writes(inbox)
    ticket = customer_writes(inbox, "The first")
    for text in ("The second", "The third"):
        customer_writes(inbox, text, on=ticket)
    if how == "merged":
        moving.merge(ticket, into=other, actor=mia.as_actor())
    else:
        rows = ticket.messages.order_by("seq").values_list("pk", flat=True)[1:]
        moving.move_messages(ticket, message_ids=list(rows), target=other, actor=mia.as_actor())
    assert react() == 1
    assert tags(other) == ["nudge"]
