"""Rules for programs of managers: read, switched, imported, tried; and why one did something to a ticket."""

from __future__ import annotations

from typing import Any

import pytest

from routing.models import Rule, RuleRun
from routing.services.reacting import react_to
from routing.services.rules import RuleDraft, save_rule
from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket
from tickets.models import Ticket, TicketEvent

YAML = """
helpdesk_rules: 1
rules:
- name: Refunds first
  event: TicketOpened
  if: {all: [{fact: subject, op: contains, value: refund}]}
  then: [{action: set_priority, priority: urgent}]
"""


@pytest.fixture
def rule(cast: Cast) -> Rule:
    conditions = {"all": [{"fact": "subject", "op": "contains", "value": "refund"}]}
    actions = [{"action": "set_priority", "params": {"priority": "urgent"}}]
    return save_rule(RuleDraft(name="Refunds first", event="TicketOpened", conditions=conditions, actions=actions))


@pytest.fixture
def mona(cast: Cast) -> Caller:
    return Caller(cast.mona)


def after_it_ran(cast: Cast) -> Ticket:
    ticket = new_ticket(cast.mail, subject="My refund")
    react_to(list(TicketEvent.objects.filter(ticket=ticket, kind="TicketOpened").values_list("pk", flat=True)))
    return ticket


def test_program_of_a_manager_reads_rules_and_what_they_did(cast: Cast, rule: Rule, mona: Caller) -> None:
    ticket = after_it_ran(cast)
    _, (told,) = mona.get("rules/")
    assert (told["when"], told["only_if"]) == ("A ticket is opened", "Subject contains refund")
    assert (told["does"], told["run_count"], told["version"]) == (["Set the priority to urgent"], 1, 1)
    assert mona.get(f"rules/{rule.pk}/")[1] == told
    _, runs = mona.get(f"rules/{rule.pk}/runs/?limit=1")
    (run,) = runs["results"]
    assert (run["ticket"], run["outcome"], run["did"]) == (ticket.number, "done", ["Set the priority to urgent"])
    assert run["findings"] == [{"test": "Subject contains refund", "seen": "My refund", "held": True}]
    assert mona.get("rules/0/")[0] == 404


def test_program_learns_why_a_ticket_is_as_it_is_where_it_may_see_it(cast: Cast, rule: Rule, as_ana: Caller) -> None:
    ticket = after_it_ran(cast)
    assert [run["rule_name"] for run in as_ana.get(f"tickets/{ticket.number}/rule-runs/")[1]["results"]] == [rule.name]
    assert as_ana.get(f"tickets/{new_ticket(cast.legal_mail).number}/rule-runs/")[0] == 404


def test_rules_travel_as_a_file_whole_or_not_at_all(cast: Cast, mona: Caller) -> None:
    status, saved = mona.post("rules/file/", {"text": YAML}, **{"Idempotency-Key": "one"})
    assert (status, [(row["name"], row["is_active"]) for row in saved]) == (200, [("Refunds first", False)])
    assert mona.post("rules/file/", {"text": YAML}, **{"Idempotency-Key": "one"})[1] == saved
    assert Rule.objects.get().version == 1
    assert mona.post("rules/file/", {"text": mona.get("rules/file/")[1]["text"]})[1][0]["version"] == 2
    status, problem = mona.post("rules/file/", {"text": YAML + "- {name: Broken, event: Nonsense, then: []}"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/rules/1/event")
    assert Rule.objects.get().version == 2
    assert mona.patch(f"rules/{saved[0]['id']}/", {"is_active": True})[1]["is_active"] is True


def test_rule_is_tried_without_being_saved_or_doing_anything(cast: Cast, mona: Caller) -> None:
    wanted, other = new_ticket(cast.mail, subject="A refund"), new_ticket(cast.mail, subject="Hello")
    _, found = mona.post("rules/try/", {"text": YAML})
    assert (found["looked_at"], [row["ticket"] for row in found["touched"]]) == (2, [wanted.number])
    _, one = mona.post("rules/try/", {"text": YAML, "ticket": other.number})
    assert (one["touched"], one["left_alone"][0]["because"]) == ([], "Its conditions do not hold.")
    assert one["left_alone"][0]["findings"][0]["seen"] == "Hello"
    assert mona.post("rules/try/", {"text": "rules: [{name: x}, {name: y}]"})[0] == 422
    assert (Rule.objects.count(), RuleRun.objects.count()) == (0, 0)
    assert Ticket.objects.filter(priority="urgent").count() == 0


@pytest.mark.parametrize("path", ["rules/", "rules/file/", "rules/0/", "rules/0/runs/"])
def test_agents_and_tokens_without_the_scope_read_no_rules(cast: Cast, as_ana: Caller, path: str) -> None:
    assert as_ana.get(path)[0] == 403
    assert Caller(cast.mona, scopes=("tickets:read",)).get(path)[0] == 403


@pytest.mark.parametrize(("path", "body"), [("rules/file/", {"text": YAML}), ("rules/try/", {"text": YAML})])
def test_agents_and_readers_write_and_try_no_rules(cast: Cast, as_ana: Caller, path: str, body: Any) -> None:
    assert as_ana.post(path, body)[0] == 403
    assert Caller(cast.mona, scopes=("rules:read",)).post(path, body)[0] == 403
    assert not Rule.objects.exists()
