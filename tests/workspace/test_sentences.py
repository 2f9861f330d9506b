"""Every change of a ticket is told in words that a colleague would use."""

from __future__ import annotations

from typing import Any

import pytest

from core.events.catalogue import TICKET_EVENTS
from people.models import Contact, Identity
from tickets.models import TicketEvent
from tickets.selectors.timeline import TOUCHING
from workspace.directory import Directory
from workspace.sentences import sentence
from workspace.templatetags.workspace_ui import way

# Told by the message that they belong to.
SILENT = {"MessageReceived", "MessageQueued", "NoteAdded", "SLAApplied", "MessageMovedIn", "HistoryFiled"}
NAMES = Directory({1: "Ana", 2: "Ben"}, {1: "Support", 2: "Orders", 3: "Billing"})
DUE = "2026-03-01T10:00:00+00:00"


def told(kind: str, data: dict[str, Any], *, who: str = "Ana", **values: Any) -> str:
    return sentence(TicketEvent(kind=kind, data=data, actor_name=who, actor_kind="agent", **values), NAMES).text


@pytest.mark.parametrize("kind", sorted(set(TICKET_EVENTS) - SILENT - TOUCHING))
def test_every_kind_of_change_has_its_words(kind: str) -> None:
    text = told(kind, {"after": 2, "before": 1, "agent_id": 1, "due_at": DUE, "until": DUE, "actions": []})
    assert text
    assert kind not in text


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("TicketAssigned", {"before": None, "after": 1}, "Ana took it"),
        (
            "TicketAssigned",
            {"before": 1, "after": 2, "reason": "Round robin in Orders"},
            "Ana assigned Ben (round robin in Orders)",
        ),
        ("TicketAssigned", {"before": 2, "after": None}, "Ana unassigned Ben"),
        ("TeamAssigned", {"before": None, "after": 3}, "Ana moved it to Billing"),
        ("TeamAssigned", {"before": 3, "after": None}, "Ana took it from Billing"),
        ("StatusChanged", {"before": "open", "after": "on_hold"}, "Ana changed status Open → On hold"),
        (
            "StatusChanged",
            {"before": "resolved", "after": "open", "undoes": 7},
            "Ana took Resolved back: Open, as if it had never been",
        ),
        ("PriorityChanged", {"before": "low", "after": "urgent"}, "Ana changed priority Low → Urgent"),
        ("TicketTagged", {"added": ["a"], "removed": ["b", "c"]}, "Ana added a and removed b, c"),
        ("SLABreached", {"metric": "first_response", "due_at": DUE}, "First reply missed its target of 1 Mar 10:00"),
        ("FollowerRemoved", {"agent_id": 2}, "Ben no longer follows it"),
        ("MessagesMovedOut", {"message_ids": [1], "other_number": 7}, "Ana moved a message to #7"),
        (
            "MessagesMovedOut",
            {"message_ids": [1, 2], "other_number": 7, "made_ticket": True},
            "Ana split 2 messages off to the new ticket #7",
        ),
        (
            "MessagesMovedBack",
            {"message_ids": [1, 2], "other_number": 7, "is_merge": True},
            "Ana undid the merge into #7: 2 messages came back",
        ),
        ("RatingGiven", {"score": 2, "before": 4}, "Ana rated again: 2 of 5, before: 4"),
        ("RatingGiven", {"score": 2, "before": 2, "has_comment": True}, "Ana wrote why they rated 2 of 5"),
        ("SubjectChanged", {"before": ""}, "Ana renamed it, before: (no subject)"),
    ],
)
def test_changes_are_told_like_a_colleague_would(kind: str, data: dict[str, Any], words: str) -> None:
    assert told(kind, data) == words


def test_change_by_a_rule_names_the_rule() -> None:
    event = TicketEvent(kind="TicketTagged", data={"added": ["vip"]}, actor_name="VIP", actor_kind="rule")
    assert sentence(event, NAMES).text == "The rule “VIP” added vip"


def test_kind_of_a_newer_release_is_shown_rather_than_hidden() -> None:
    assert told("TicketTeleported", {}) == "Ana: TicketTeleported"


@pytest.mark.parametrize(
    ("kind", "value", "label", "words"),
    [
        ("email", "ana@mail.example", "Ana", "ana@mail.example"),
        ("phone", "+34600", "", "+34600"),
        ("webchat", "2:v:qr4j", "Ana", "Chat"),
        ("webchat", "2:v:qr4j", "", "Chat"),
        ("telegram", "7001443", "ana_r", "Telegram: ana_r"),
    ],
)
def test_ways_to_reach_somebody_are_told_without_keys(kind: str, value: str, label: str, words: str) -> None:
    assert way(Identity(kind=kind, value=value, label=label, contact=Contact(name="Ana"))) == words
