"""Rules travel as YAML: by names, whole or not at all, switched off until somebody looks."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotAllowed
from people.models import Agent, Role, Team
from routing.models import Rule
from routing.services.rule_files import exported, imported
from routing.services.rules import RuleDraft, save_rule
from sla.services.policies import PolicyDraft, save_policy
from tests.desk import a_team, an_agent
from tickets.models import CustomField

TAG = {"action": "add_tag", "params": {"tags": "vip"}}


@pytest.fixture
def mona(db: None) -> Agent:
    return an_agent("Mona", role=Role.MANAGER)


def test_rules_come_back_as_they_were_on_another_desk(mona: Agent, support: Team) -> None:
    rule = save_rule(
        RuleDraft(
            name="Größe",
            wait="pending",
            wait_seconds=3 * 86400,
            conditions={"any": [{"fact": "team", "op": "in", "value": [str(support.pk)]}, {"none": []}]},
            actions=[TAG, {"action": "assign_team", "params": {"team": str(support.pk)}}],
            most_per_ticket=2,
        )
    )
    text = exported([rule])
    assert "Support" in text
    assert "Größe" in text
    support.delete()
    rule.delete()
    other = a_team("Support")
    (back,) = imported(text, by=mona)
    assert (back.name, back.wait, back.wait_seconds, back.most_per_ticket) == ("Größe", "pending", 3 * 86400, 2)
    assert back.conditions == {"any": [{"fact": "team", "op": "in", "value": [str(other.pk)]}, {"none": []}]}
    assert back.actions[1]["params"] == {"team": str(other.pk)}
    assert not back.is_active


def test_newer_triggers_and_actions_travel_by_names_too(mona: Agent) -> None:
    CustomField.objects.create(key="dealer", label="Dealer", kind="text")
    targets = {("first_response", "normal"): 3600}
    rescue = save_policy(PolicyDraft(name="Rescue", targets=targets))
    mail = {"to": "", "field": "dealer", "subject": "About #{{ticket.number}}", "text": "Is it there?", "quote": "last"}
    actions = [
        {"action": "start_sla", "params": {"policy": str(rescue.pk)}},
        {"action": "start_sla", "params": {"policy": "fitting"}},
        {"action": "mail_outside", "params": mail},
        {"action": "notify_agent", "params": {"agent": "managers", "text": "Look"}},
        {"action": "call_webhook", "params": {"url": "https://hooks.example.com/"}},
    ]
    conditions = {"all": [{"fact": "contact_change", "op": "in", "value": ["tier", "blocked"]}]}
    events = ("ContactUpdated", "SLAEscalated", "SideMessageReceived", "MessageDelivered")
    rules = [save_rule(RuleDraft(name=event, event=event, conditions=conditions, actions=actions)) for event in events]
    text = exported(rules)
    assert "policy: Rescue" in text
    Rule.objects.all().delete()
    rescue.delete()
    again = save_policy(PolicyDraft(name="Rescue", targets=targets))
    back = imported(text, by=mona)
    assert [rule.event for rule in back] == list(events)
    assert back[0].conditions == conditions
    assert back[0].actions == [{"action": "start_sla", "params": {"policy": str(again.pk)}}, *actions[1:]]


def test_known_name_becomes_a_new_version(mona: Agent) -> None:
    rule = save_rule(RuleDraft(name="Vips", event="TicketOpened", actions=[TAG]))
    imported(exported([rule]).replace("vip", "press"), by=mona)
    rule.refresh_from_db()
    assert (rule.version, rule.is_active, rule.actions[0]["params"]["tags"]) == (2, True, "press")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rules: [", "file"),
        ("a: &a [x]\nrules: [*a]", "file"),
        ("just words", "file"),
        ("rules: [{name: A, when: now}]", "rules/0"),
        ("rules: [{name: 7}]", "rules/0/name"),
        ("rules: [{name: A, event: TicketOpened, then: [x]}]", "rules/0"),
        ("rules: [{name: A, event: TicketOpened, if: [x], then: [{action: snooze, hours: 1}]}]", "rules/0/conditions"),
        (
            "rules: [{name: A, event: TicketOpened, then: [{action: assign_team, team: Nobody knows}]}]",
            "rules/0/actions/0/team",
        ),
        ("rules: 2026-99-99", "file"),
        (f"rules: {'1' * 5000}", "file"),
        ("rules: !!timestamp x", "file"),
        ("rules: [{name: A, event: TicketOpened, hours: Moon, during: inside}]", "rules/0/hours"),
    ],
)
def test_file_that_is_not_understood_is_refused_as_a_whole(mona: Agent, text: str, place: str) -> None:
    good = "{name: Good, event: TicketOpened, then: [{action: snooze, hours: 1}]}"
    with pytest.raises(Invalid) as refusal:
        imported(text.replace("]}]}]", f"]}}]}}, {good}]") if "rules/0/a" in place else text, by=mona)
    assert list(refusal.value.fields) == [place]
    assert not Rule.objects.exists()


def test_only_managers_bring_rules(mia: Agent) -> None:
    with pytest.raises(NotAllowed):
        imported("rules: [{}]", by=mia)
