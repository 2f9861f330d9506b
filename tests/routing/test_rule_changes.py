"""What a version of a rule changed is told part by part, and nothing that stayed as it was."""

from __future__ import annotations

from typing import Any

import pytest

from routing.models import Macro
from routing.selectors.rule_changes import changes_between
from sla.models import BusinessHours

BEFORE: dict[str, Any] = {
    "name": "Refunds first",
    "description": "",
    "event": "MessageReceived",
    "wait": "",
    "wait_seconds": 0,
    "conditions": {},
    "actions": [{"action": "set_priority", "params": {"priority": "high"}}],
    "during": "always",
    "hours": None,
    "most_per_hour": 0,
    "most_per_ticket": 0,
    "stops": False,
}


def told(**changes: Any) -> list[tuple[str, str, str]]:
    after = {**BEFORE, **changes}
    return [(change.part, change.before, change.after) for change in changes_between(BEFORE, after)]


@pytest.mark.django_db
def test_every_part_that_changed_is_told_and_no_other() -> None:
    hours = BusinessHours.objects.create(name="Office")
    urgent = {"all": [{"fact": "priority", "op": "is", "value": "urgent"}]}
    assert told() == []
    assert told(name="R", description="For refunds") == [
        ("Name", "Refunds first", "R"),
        ("What it is for", "nothing", "For refunds"),
    ]
    assert told(event="", wait="pending", wait_seconds=3600, conditions=urgent) == [
        ("When", "A customer writes", "A ticket has been pending for 1 hour"),
        ("If", "always", "Priority is Urgent"),
    ]
    assert told(during="inside", hours=hours.pk) == [("Act", "at any time", "only within Office")]
    assert told(during="inside", hours=0)[0][2] == "only within hours that are gone"
    assert told(most_per_hour=3, most_per_ticket=1, stops=True) == [
        ("At most, an hour", "no limit", "3"),
        ("At most, on one ticket", "no limit", "1"),
        ("Later rules", "look at the same event", "do not look at the same event"),
    ]


@pytest.mark.django_db
def test_actions_are_told_with_their_words_in_full() -> None:
    macro = Macro.objects.create(name="Received", texts=[{"language": "", "channel": "", "text": "Hi"}])
    text = "We got it. " * 20
    reply = {"action": "reply_with_template", "params": {"text": text, "macro": ""}}
    assert told(actions=[{"action": "set_priority", "params": {"priority": "urgent"}}]) == [
        ("Set the priority: Priority", "High", "Urgent"),
    ]
    assert told(actions=[]) == [("Then", "Set the priority to high", "nothing")]
    assert [part for part, *_ in told(actions=[*BEFORE["actions"], reply])] == ["Then"]
    by_macro = {"action": "reply_with_template", "params": {"text": "", "macro": str(macro.pk)}}
    changed = changes_between({**BEFORE, "actions": [reply]}, {**BEFORE, "actions": [by_macro]})
    assert [(change.part, change.before, change.after) for change in changed] == [
        ("Reply with a text: Text", text, "nothing"),
        ("Reply with a text: Or the text of the macro", "nothing", "Received"),
    ]
