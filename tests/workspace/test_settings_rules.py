"""Managers build rules as sentences, try them, look at what they did, and go back; agents keep macros of their own."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from people.models import Agent, Role
from routing.models import Macro, PendingEvent, Rule, RuleRun
from routing.tasks import react_to_events
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes, plain_channel

pytestmark = pytest.mark.django_db

RULE = {
    "name": "Refunds first", "kind": "event", "event": "MessageReceived", "during": "always", "is_active": "on",
    "c0-group": "any",
    "c0_0-fact": "text", "c0_0-op": "contains", "c0_0-value": "refund",
    "c0_1-fact": "tags", "c0_1-op": "in", "c0_1-value": "refund, money-back",
    "c0_2-group": "none",
    "c0_2_0-fact": "priority", "c0_2_0-op": "in", "c0_2_0-value": ["low", "normal"],
    "c0_3-fact": "",
    "a0-action": "set_priority", "a0-priority": "high",
    "a3-action": "add_note", "a3-text": "Mind the refund of {{contact.name}}.",
}  # fmt: skip
CONDITIONS = {
    "any": [
        {"fact": "text", "op": "contains", "value": "refund"},
        {"fact": "tags", "op": "in", "value": ["refund", "money-back"]},
        {"none": [{"fact": "priority", "op": "in", "value": ["low", "normal"]}]},
    ]
}


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)


@pytest.fixture
def mona(db: None) -> Agent:
    return an_agent("Mona Manager", role=Role.MANAGER)


@pytest.fixture
def desk(client: Client, mona: Agent) -> Client:
    client.force_login(mona)
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"workspace:{name}", args=args)


def body(client: Client, name: str, *args: object) -> str:
    answer = client.get(url(name, *args))
    assert answer.status_code == 200
    return answer.content.decode()


def made(desk: Client, **changes: object) -> Rule:
    answer = desk.post(url("settings-rule-new"), {**RULE, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Rule.objects.latest("pk")


def settle() -> None:
    react_to_events(list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True)))


def test_manager_builds_a_nested_rule_and_sees_it_again(desk: Client) -> None:
    rule = made(desk)
    assert rule.conditions == CONDITIONS
    assert [item["action"] for item in rule.actions] == ["set_priority", "add_note"]
    page = body(desk, "settings-rule", rule.pk)
    for told in ("refund, money-back", 'name="c0_2_0-fact"', "Save as version 2", "Mind the refund"):
        assert told in page
    words = (
        "Message text contains refund or Tags is one of refund, money-back or none of (Priority is one of Low, Normal)"
    )
    assert words in body(desk, "settings-rules")


def test_manager_builds_a_rule_that_waits(desk: Client) -> None:
    hours = save_hours(HoursDraft(name="Office", time_zone="UTC", periods=((0, 540, 1020),)))
    waits = {"kind": "wait", "wait": "pending", "count": "3", "unit": "days", "during": "inside", "hours": hours.pk}
    rule = made(desk, **waits, most_per_hour="20")
    assert (rule.event, rule.wait, rule.wait_seconds, rule.hours, rule.most_per_hour) == (
        "", "pending", 3 * 86400, hours, 20
    )  # fmt: skip
    page = body(desk, "settings-rules")
    assert "A ticket has been pending for 3 days, only within Office" in page
    assert 'value="3"' in body(desk, "settings-rule", rule.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"event": "RuleRan"},
        {"c0_0-op": "greater"},
        {"c0_0-value": ""},
        {"c0_0-fact": "colour"},
        {"a0-priority": "gigantic"},
        {"a0-action": "", "a3-action": ""},
        {"a3-text": "{{secret}}"},
        {"kind": "wait", "wait": "pending", "count": ""},
        {"during": "inside"},
    ],
)
def test_rule_with_a_wrong_part_is_refused_at_it(desk: Client, wrong: dict[str, str]) -> None:
    answer = desk.post(url("settings-rule-new"), {**RULE, **wrong})
    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()
    assert not Rule.objects.exists()


def test_editor_works_step_by_step_with_and_without_scripts(desk: Client) -> None:
    for address in (url("settings-rule-new"), url("settings-editor-parts", "conditions")):
        for step, seen, unseen in (
            ("test:0", 'name="c0_4-fact"', ""),
            ("test:0_2", 'name="c0_2_1-fact"', ""),
            ("group:0", 'name="c0_4_0-fact"', ""),
            ("remove:0_2", 'name="c0_1-fact"', 'name="c0_2_0-fact"'),
            ("remove:9_9", 'name="c0_2_0-fact"', ""),
        ):
            page = desk.post(address, {**RULE, "do": step}).content.decode()
            assert seen in page, step
            assert not unseen or unseen not in page, step
    for address in (url("settings-rule-new"), url("settings-editor-parts", "actions")):
        assert 'name="a4-action"' in desk.post(address, {**RULE, "do": "action:add"}).content.decode()
        gone = desk.post(address, {**RULE, "do": "action:remove-0"}).content.decode()
        assert "a0-action" not in gone
        assert "Mind the refund" in gone
    assert not Rule.objects.exists()


def test_value_fits_the_fact(desk: Client) -> None:
    def drawn(fact: str, op: str = "") -> str:
        posted = {"c0-group": "all", "c0_0-fact": fact, "c0_0-op": op}
        return desk.post(url("settings-editor-parts", "conditions"), posted).content.decode()

    assert '<option value="urgent">Urgent</option>' in drawn("priority", "is")
    assert 'type="checkbox" name="c0_0-value" value="urgent"' in drawn("priority", "in")
    assert 'type="number"' in drawn("waiting_hours")
    assert "c0_0-value" not in drawn("team", "is_set")
    assert "Gone or switched off" in drawn("field:gone", "is")


def test_dry_run_tells_what_would_have_been_touched_and_why(desk: Client) -> None:
    wanted, other = customer_writes(an_inbox(), "I want a refund"), customer_writes(an_inbox(), "Hello")
    nothing = {"name": "", "c0_2-group": "all", "c0_2_0-fact": ""}
    page = desk.post(url("settings-rule-try"), {**RULE, **nothing}).content.decode()
    assert "Of 2 tickets it would have touched 1." in page
    assert f"#{wanted.number}" in page
    one = desk.post(url("settings-rule-try"), {**RULE, **nothing, "ticket": f"#{other.number}"}).content.decode()
    assert "No: it would have left alone" in one
    assert "Message text contains refund" in one
    assert "no ticket" in desk.post(url("settings-rule-try"), {**RULE, "ticket": "999999"}).content.decode()
    assert "Finish the sentence" in desk.post(url("settings-rule-try"), {**RULE, "c0_0-value": ""}).content.decode()
    assert not Rule.objects.exists()


def test_manager_sees_what_a_rule_did_and_an_agent_why(desk: Client, client: Client) -> None:
    rule = made(desk)
    ticket = customer_writes(an_inbox(), "I want a refund")
    settle()
    run = RuleRun.objects.get()
    assert f"#{ticket.number}" in body(desk, "settings-rule-runs", rule.pk)
    client.force_login(an_agent("Ben"))
    page = body(client, "ticket-why", ticket.number)
    for told in ("Refunds first", "Message text contains refund", "I want a refund", f'id="run-{run.pk}"'):
        assert told in page
    timeline = body(client, "ticket-pane", ticket.number)
    assert url("rule-run-why", run.pk) in timeline
    assert client.get(url("rule-run-why", run.pk))["Location"].startswith(url("ticket-why", ticket.number))


def test_manager_goes_back_to_a_version(desk: Client) -> None:
    rule = made(desk)
    desk.post(url("settings-rule", rule.pk), {**RULE, "name": "Other", "c0-group": "all"})
    page = body(desk, "settings-rule-versions", rule.pk)
    assert "Version 1" in page
    assert "<dt>Name</dt><dd><del>Refunds first</del>" in page
    assert desk.post(url("settings-rule-revert", rule.pk), {"version": "1"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.version, rule.name, rule.conditions) == (3, "Refunds first", CONDITIONS)


def test_manager_orders_switches_archives_and_deletes(desk: Client) -> None:
    first, second = made(desk), made(desk, name="Second")

    def do(rule: Rule, verb: str) -> int:
        status: int = desk.post(url("settings-rule-action", rule.pk, verb)).status_code
        rule.refresh_from_db()
        return status

    assert do(second, "up") == 302
    assert list(Rule.objects.order_by("position").values_list("name", flat=True)) == ["Second", "Refunds first"]
    do(first, "off")
    assert not first.is_active
    do(first, "archive")
    assert first.archived_at
    assert "Archived (1)" in body(desk, "settings-rules")
    assert desk.post(url("settings-rule-action", second.pk, "delete")).status_code == 409
    assert desk.post(url("settings-rule-action", second.pk, "explode")).status_code == 404
    desk.post(url("settings-rule-action", first.pk, "delete"))
    assert list(Rule.objects.all()) == [second]


def test_rules_leave_and_come_as_a_file(desk: Client) -> None:
    rule = made(desk)
    answer = desk.get(url("settings-rules-export"))
    text = answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    rule.delete()
    file = SimpleUploadedFile("rules.yaml", text.encode())
    assert desk.post(url("settings-rules-import"), {"file": file}).status_code == 302
    back = Rule.objects.get()
    assert (back.name, back.conditions, back.is_active) == ("Refunds first", CONDITIONS, False)
    refused = desk.post(url("settings-rules-import"), {"text": "rules: [{}]"})
    assert refused.status_code == 422
    assert "rules/0" in refused.content.decode()


MACRO = {
    "name": "Wait", "position": "1", "is_active": "on", "scope": "all",
    "t0-language": "de", "t0-channel": "", "t0-text": "Bitte warten Sie, {{contact.first_name}}.",
    "t1-language": "", "t1-channel": "", "t1-text": "Please wait.",
    "a0-action": "set_status", "a0-status": "pending",
}  # fmt: skip


def test_manager_makes_a_macro_with_texts(desk: Client) -> None:
    assert desk.post(url("settings-macro-new"), MACRO).status_code == 302
    macro = Macro.objects.get()
    assert [text["language"] for text in macro.texts] == ["de", ""]
    page = body(desk, "settings-macro", macro.pk)
    assert all(part in page for part in ("Bitte warten", '<option value="de" selected>German</option>', "Swedish"))
    assert desk.post(url("settings-macro", macro.pk), {**MACRO, "name": "Wait a bit"}).status_code == 302
    assert Macro.objects.get().name == "Wait a bit"
    for wrong in ({"a0-action": "", "t0-text": "", "t1-text": ""}, {"t1-text": "{{secret}}"}, {"t1-language": "de"}):
        assert desk.post(url("settings-macro-new"), {**MACRO, **wrong}).status_code == 422
    desk.post(url("settings-macro-action", macro.pk, "archive"))
    assert "Archived (1)" in body(desk, "settings-macros")


def test_language_that_only_programs_know_stays_chosen(desk: Client) -> None:
    macro = Macro.objects.create(name="Wait", texts=[{"language": "gsw", "channel": "", "text": "Momänt."}])
    assert '<option value="gsw" selected>gsw</option>' in body(desk, "settings-macro", macro.pk)


def test_agent_keeps_own_macros_and_touches_no_others(client: Client, mona: Agent) -> None:
    ben = an_agent("Ben")
    a_team("Support", ben)
    client.force_login(ben)
    assert client.post(url("settings-macro-new"), MACRO).status_code == 422
    assert client.post(url("settings-macro-new"), {**MACRO, "scope": "me"}).status_code == 302
    own = Macro.objects.get(owner=ben)
    other = Macro.objects.create(name="Everybody's", actions=[])
    assert client.get(url("settings-macro", other.pk)).status_code == 404
    assert client.post(url("settings-macro-action", other.pk, "delete")).status_code == 404
    page = body(client, "settings-macros")
    assert "Wait" in page
    assert "Everybody" not in page
    client.force_login(mona)
    assert client.get(url("settings-macro", own.pk)).status_code == 404


def test_macro_waits_in_the_draft_and_is_done_with_send(client: Client) -> None:
    ben = an_agent("Ben")
    client.force_login(ben)
    client.post(url("settings-macro-new"), {**MACRO, "scope": "me"})
    macro = Macro.objects.get()
    ticket = customer_writes(an_inbox())
    offered = client.get(url("ticket-macro", ticket.number, macro.pk)).json()
    assert offered == {"text": "Please wait.", "actions": ["Set the status to pending"]}
    ticket.refresh_from_db()
    assert (ticket.status, ticket.message_count) == ("open", 1)
    sent = {"text": offered["text"], "macros": [str(macro.pk)], "seq": ticket.last_seq}
    for _ in range(2):
        answer = client.post(url("ticket-reply", ticket.number), sent, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 201
    ticket.refresh_from_db()
    assert (ticket.status, ticket.message_count, Macro.objects.get().use_count) == ("pending", 2, 1)
    other = Macro.objects.create(name="Somebody else's", owner=an_agent("Mia"))
    assert client.get(url("ticket-macro", ticket.number, other.pk)).status_code == 404
    refused = client.post(url("ticket-reply", ticket.number), {"text": "Hi", "macros": [str(other.pk)]})
    assert refused.status_code == 422
    ticket.refresh_from_db()
    assert ticket.message_count == 2
