"""What holds for every action, whoever adds one: its form, its words, its cause, its rights, its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.errors import Invalid, NotAllowed
from core.events.catalogue import Actor
from people.models import Agent, Role
from routing.actions import ACTIONS
from routing.actions.base import Action, Values
from routing.actions.wording import TextForm
from routing.models import PendingEvent
from routing.services.macros import MacroDraft, apply_macro, save_macro
from routing.services.rules import RuleDraft, save_rule
from routing.tasks import react_to_events
from tests.desk import a_team, an_agent, an_inbox, customer_writes, plain_channel
from tickets.models import CustomField, Message, Ticket, TicketEvent
from tickets.services import changes

pytestmark = pytest.mark.django_db

# One set of good parameters for each action; a new action adds its own.
PARAMS: dict[str, dict[str, Any]] = {
    "assign_team": {"team": "nobody"},
    "assign_agent": {"agent": "lead"},
    "require_skill": {"tags": "german"},
    "set_status": {"status": "pending"},
    "set_priority": {"priority": "raise"},
    "add_tag": {"tags": "vip"},
    "remove_tag": {"tags": "old"},
    "add_note": {"text": "Hello {{contact.name}}"},
    "notify_agent": {"agent": "lead", "text": "Look"},
    "reply_with_template": {"text": "We got #{{ticket.number}}"},
    "snooze": {"hours": 2},
    "set_field": {"field": "plan", "value": "Gold"},
    "follow_up": {"days": 3, "text": "Ask again"},
    "merge_into": {"which": "newest"},
    "mail_outside": {"to": "stock@partner.example", "subject": "About #{{ticket.number}}", "text": "Is it there?"},
    "start_sla": {"policy": "fitting"},
    "ask_for_csat": {"survey": "fitting"},
    "call_webhook": {"url": "https://hooks.example.com/tickets"},
}
# What people who may only write notes may do too.
FREE_FOR_ALL = {"add_note", "notify_agent"}

every_action = pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)


@pytest.fixture(autouse=True)
def _a_field(db: None) -> None:
    CustomField.objects.create(key="plan", label="Plan", kind="text")


@pytest.fixture
def lead() -> Agent:
    return an_agent("Lea Lead")


@pytest.fixture
def ticket(lead: Agent) -> Ticket:
    made = customer_writes(an_inbox(default_team=a_team("Support", lead, lead=lead)))
    Ticket.objects.filter(pk=made.pk).update(tags=["old"])
    made.refresh_from_db()
    return made


@every_action
def test_parameters_survive_saving_and_reading(action: Action) -> None:
    cleaned = action.clean(PARAMS[action.key])
    assert action.clean(cleaned) == cleaned


@every_action
def test_missing_parameters_are_refused_at_the_field(action: Action) -> None:
    with pytest.raises(Invalid) as refused:
        action.clean({})
    assert refused.value.fields


@every_action
def test_action_speaks_to_people(action: Action) -> None:
    assert action.label[0].isupper()
    assert action.describe(action.clean(PARAMS[action.key]))[0].isupper()


@every_action
def test_rule_that_runs_twice_on_an_event_acts_once(action: Action, ticket: Ticket) -> None:
    actions = [{"action": action.key, "params": PARAMS[action.key]}]
    save_rule(RuleDraft(name="Rule", event="MessageReceived", actions=actions))
    event = TicketEvent.objects.get(ticket=ticket, kind="MessageReceived")
    for _ in range(2):
        PendingEvent.objects.get_or_create(event_id=event.pk, defaults={"ticket_id": ticket.pk})
        react_to_events([event.pk])
    assert TicketEvent.objects.filter(ticket=ticket, kind="RuleRan").count() == 1


@every_action
def test_effects_name_the_rule_that_caused_them(action: Action, ticket: Ticket) -> None:
    actions = [{"action": action.key, "params": PARAMS[action.key]}]
    rule = save_rule(RuleDraft(name="Rule", event="MessageReceived", actions=actions))
    before = ticket.last_seq
    event = TicketEvent.objects.get(ticket=ticket, kind="MessageReceived")
    PendingEvent.objects.create(event_id=event.pk, ticket_id=ticket.pk)
    react_to_events([event.pk])
    effects = TicketEvent.objects.filter(ticket=ticket, seq__gt=before)
    assert effects
    assert {(item.actor_kind, item.cause, item.depth) for item in effects} == {("rule", f"rule:{rule.pk}", 1)}


@every_action
def test_macro_does_no_more_than_its_agent_may(action: Action, ticket: Ticket) -> None:
    light = an_agent("Lia Light", role=Role.LIGHT)
    actions = [{"action": action.key, "params": PARAMS[action.key]}]
    if action.sends:
        with pytest.raises(Invalid, match="goes into the draft"):
            save_macro(MacroDraft(name="Macro", actions=actions))
        return
    macro = save_macro(MacroDraft(name="Macro", actions=actions))
    if action.waits_for_send:
        with pytest.raises(Invalid, match="with Send"):
            apply_macro(ticket, macro=macro, agent=an_agent("Ana Agent"))
    if action.key in FREE_FOR_ALL:
        apply_macro(ticket, macro=macro, agent=light)
        return
    with pytest.raises(NotAllowed):
        apply_macro(ticket, macro=macro, agent=light)
    assert not Message.objects.filter(ticket=ticket, direction="out").exists()
    assert not TicketEvent.objects.filter(ticket=ticket, kind="MacroApplied").exists()


@every_action
def test_action_is_on_the_page_about_actions(action: Action) -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "adding-an-action.md").read_text()
    assert f"`{action.key}`" in page


@every_action
def test_action_has_an_effect_test_of_its_own(action: Action) -> None:
    assert (Path(settings.BASE_DIR) / "tests" / "routing" / "actions" / f"test_{action.key}.py").exists()


def test_example_on_the_page_is_the_code() -> None:
    root = Path(settings.BASE_DIR)
    page = (root / "docs" / "adding-an-action.md").read_text()
    example = page.split("```python\n")[1].split("```")[0]
    assert example.strip() in (root / "routing" / "actions" / "set_status.py").read_text()


class Rename(Action):
    """What a newcomer would write after reading the page."""

    key = "rename"
    label = "Rename"
    Params = TextForm

    def describe(self, params: Values) -> str:
        return f"Rename to {params['text']}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        changes.set_subject(ticket, subject=params["text"], actor=actor)


def test_new_action_needs_its_file_and_one_line_only(
    ticket: Ticket, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIONS, "rename", Rename())
    client.force_login(an_agent("Mona", role=Role.MANAGER))
    row = client.post(reverse("workspace:settings-editor-parts", args=["actions"]), {"a0-action": "rename"})
    assert 'name="a0-text"' in row.content.decode()
    actions = [{"action": "rename", "params": {"text": "A better subject"}}]
    save_rule(RuleDraft(name="Rule", event="MessageReceived", actions=actions))
    event = TicketEvent.objects.get(ticket=ticket, kind="MessageReceived")
    PendingEvent.objects.create(event_id=event.pk, ticket_id=ticket.pk)
    react_to_events([event.pk])
    ticket.refresh_from_db()
    assert ticket.subject == "A better subject"
    assert TicketEvent.objects.get(kind="RuleRan").data["actions"] == ["Rename to A better subject"]
