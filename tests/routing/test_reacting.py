"""Rules react: in their order, once, whole or not at all, never to themselves, even when a task got lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import TICKET_EVENTS
from people.models import Agent, Team
from routing import subscribers
from routing.models import Outcome, PendingEvent, Rule, RuleRun, WebhookCall
from routing.selectors.listening import forget, listening
from routing.services import reacting
from routing.services.rules import RuleDraft, save_rule
from routing.tasks import react_to_events, sweep_routing
from routing.triggers import TRIGGERS
from routing.waits import WAITS
from tests.architecture.source import ROOT
from tests.desk import agent_replies, customer_writes, rule_actor
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes, journal


def a_rule(name: str = "Rule", **values: Any) -> Rule:
    tag = {"action": "add_tag", "params": {"tags": name}}
    return save_rule(RuleDraft(name=name, **{"event": "MessageReceived", "actions": [tag], **values}))


def settle() -> None:
    """Do what the worker would do, until nothing is left."""
    for _ in range(20):
        ids = list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True))
        if not ids:
            return
        react_to_events(ids)
    raise AssertionError("the rules never came to rest")


def tags(ticket: Ticket) -> list[str]:
    ticket.refresh_from_db()
    return ticket.tags


def test_rule_acts_on_a_customers_mail(inbox: Inbox) -> None:
    condition = {"fact": "text", "op": "contains", "value": "refund"}
    a_rule("refund", conditions={"all": [condition]})
    wanted, other = customer_writes(inbox, "I want a refund"), customer_writes(inbox, "Hello")
    settle()
    assert (tags(wanted), tags(other)) == (["refund"], [])
    ran = TicketEvent.objects.get(kind="RuleRan")
    assert ran.data["actions"] == ["Add the tags refund"]
    assert RuleRun.objects.get().rule_version == 1


@pytest.mark.parametrize("kind", ["RecoveryOverdue", "CallbackNear", "MessageEdited"])
def test_rule_acts_on_what_happens_to_recoveries_calls_and_messages(inbox: Inbox, kind: str) -> None:
    ticket = customer_writes(inbox)
    given: dict[str, dict[str, Any]] = {
        "RecoveryOverdue": {"recovery_id": 1, "due_at": now().isoformat()},
        "CallbackNear": {"callback_id": 1, "starts_at": now().isoformat()},
        "MessageEdited": {"message_id": 1, "before": "Helo"},
    }
    a_rule("late", event=kind)
    with unit_of_work():
        journal.record(
            journal.locked(ticket), TICKET_EVENTS[kind](ticket_id=ticket.pk, **given[kind]), actor=rule_actor()
        )
    settle()
    assert tags(ticket) == ["late"]


def test_every_event_and_wait_of_rules_is_on_their_page() -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    rows = [*TRIGGERS.items(), *((wait.key, wait.label) for wait in WAITS.values())]
    missing = [key for key, label in rows if f"| `{key}` | {label}" not in page]
    assert not missing, "Add these to docs/rules.md"


def test_events_that_no_rule_waits_for_leave_no_marker(inbox: Inbox, mia: Agent) -> None:
    a_rule("vip", event="NoteAdded")
    agent_replies(customer_writes(inbox), mia)
    assert not PendingEvent.objects.exists()


def test_inbound_message_costs_routing_no_round_trip_of_its_own(inbox: Inbox) -> None:
    a_rule("vip")
    with CaptureQueriesContext(connection) as queries:
        customer_writes(inbox)
    marking = [query["sql"] for query in queries if "routing_pendingevent" in query["sql"]]
    assert len(marking) == 1
    assert "sla_clock" in marking[0]


def test_later_rules_see_what_earlier_ones_did_until_one_stops(inbox: Inbox) -> None:
    a_rule("first", position=1)
    tagged = {"all": [{"fact": "tags", "op": "is", "value": "first"}]}
    a_rule("second", position=2, conditions=tagged, stops=True)
    a_rule("third", position=3)
    ticket = customer_writes(inbox)
    settle()
    assert tags(ticket) == ["first", "second"]


def test_inactive_rule_does_nothing(inbox: Inbox) -> None:
    a_rule("vip", is_active=False)
    ticket = customer_writes(inbox)
    settle()
    assert tags(ticket) == []


def test_refused_action_undoes_the_rule_and_the_next_rule_goes_on(inbox: Inbox) -> None:
    many = {"action": "add_tag", "params": {"tags": ", ".join(f"t{n}" for n in range(31))}}
    urgent = {"action": "set_priority", "params": {"priority": "urgent"}}
    a_rule("broken", position=1, actions=[urgent, many])
    a_rule("fine", position=2)
    ticket = customer_writes(inbox)
    settle()
    assert tags(ticket) == ["fine"]
    assert ticket.priority == "normal"
    assert RuleRun.objects.get(rule__name="broken").problem == "Too many tags."


def test_rule_never_reacts_to_its_own_effect(inbox: Inbox) -> None:
    up = {"action": "set_priority", "params": {"priority": "raise"}}
    a_rule("raise", event="PriorityChanged", actions=[up])
    ticket = customer_writes(inbox)
    changes.set_priority(ticket, priority="low", actor=an_actor(ticket))
    settle()
    ticket.refresh_from_db()
    assert ticket.priority == "normal"


def test_two_rules_that_undo_each_other_come_to_rest(inbox: Inbox) -> None:
    for name, before, after in (("to high", "normal", "high"), ("to normal", "high", "normal")):
        condition = {"all": [{"fact": "priority", "op": "is", "value": before}]}
        action = {"action": "set_priority", "params": {"priority": after}}
        a_rule(name, event="PriorityChanged", conditions=condition, actions=[action])
    ticket = customer_writes(inbox)
    changes.set_priority(ticket, priority="high", actor=an_actor(ticket))
    settle()
    assert RuleRun.objects.count() == 2


def test_circle_through_another_system_is_held_back(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver of a webhook changes the ticket by the API, as a person would: no cause or depth comes back."""
    monkeypatch.setattr("routing.services.running.MOST_ON_A_TICKET", 4)
    call = {"action": "call_webhook", "params": {"url": "https://erp.example/hook"}}
    a_rule("tell", event="PriorityChanged", actions=[call])
    ticket = customer_writes(inbox)
    for priority in ("low", "high") * 5:
        changes.set_priority(ticket, priority=priority, actor=an_actor(ticket))
        settle()
    assert WebhookCall.objects.count() == 4
    held = RuleRun.objects.filter(outcome=Outcome.HELD)
    assert held.count() == 6
    assert "within an hour" in held[0].problem
    other = customer_writes(inbox)
    changes.set_priority(other, priority="low", actor=an_actor(other))
    settle()
    assert WebhookCall.objects.count() == 5, "one ticket's circle holds up no other ticket"


def test_chain_of_different_rules_ends_after_five_steps(inbox: Inbox) -> None:
    """Each step adds a tag, to which only the next rule reacts; it stands before it, so that it needs an event anew."""
    for step in range(8):
        before = [{"fact": "tags", "op": "is", "value": f"s{step}"}]
        after = [{"fact": "tags", "op": "is", "value": f"s{step + 1}"}]
        add = {"action": "add_tag", "params": {"tags": f"s{step + 1}"}}
        a_rule(
            f"step {step}",
            position=100 - step,
            event="TicketTagged",
            conditions={"all": before, "none": after},
            actions=[add],
        )
    ticket = customer_writes(inbox)
    changes.add_tags(ticket, tags=["s0"], actor=an_actor(ticket))
    settle()
    assert tags(ticket) == [f"s{step}" for step in range(6)]
    depths = (
        TicketEvent.objects.filter(ticket=ticket, kind="TicketTagged").order_by("seq").values_list("depth", flat=True)
    )
    assert list(depths) == [0, 1, 2, 3, 4, 5]


def an_actor(ticket: Ticket) -> Any:
    assert ticket.team is not None
    assert ticket.team.lead is not None
    return ticket.team.lead.as_actor()


def test_one_task_looks_at_all_events_of_a_unit_of_work(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule("vip")
    started: list[tuple[list[int], bool]] = []
    monkeypatch.setattr("routing.subscribers.react_to_events.delay", lambda ids, free: started.append((ids, free)))
    events = list(_events(customer_writes(inbox)))
    subscribers.start_routing(events)
    received = TicketEvent.objects.get(kind="MessageReceived")
    assert started == [([received.pk], False)]
    Team.objects.update(strategy="round_robin")
    forget()
    subscribers.start_routing(events)
    assert started[1:] == [([received.pk], True)]


def _events(ticket: Ticket) -> list[Any]:
    rows = TicketEvent.objects.filter(ticket=ticket).order_by("seq")
    return [TICKET_EVENTS[row.kind](event_id=row.pk, ticket_id=ticket.pk, **row.data) for row in rows]


def test_events_nobody_listens_to_start_no_task(inbox: Inbox, mia: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("routing.subscribers.react_to_events.delay", lambda *args: started.append(args))
    ticket = customer_writes(inbox)
    changes.add_tags(ticket, tags=["vip"], actor=mia.as_actor())
    tagged = [event for event in _events(ticket) if event.key() == "TicketTagged"]
    subscribers.start_routing(tagged)
    assert started == []


def test_new_rule_is_heard_of_at_once_in_its_own_process(inbox: Inbox) -> None:
    assert listening().triggers == frozenset()
    a_rule("vip")
    assert listening().triggers == {"MessageReceived"}


def test_sweep_finds_events_whose_task_got_lost(inbox: Inbox) -> None:
    a_rule("vip")
    ticket = customer_writes(inbox)
    sweep_routing()
    assert tags(ticket) == []
    PendingEvent.objects.update(due_at=now() - timedelta(seconds=1))
    sweep_routing()
    assert tags(ticket) == ["vip"]
    assert not PendingEvent.objects.exists()


def test_sweep_takes_every_step_though_one_fails(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def explode() -> None:
        taken.append("rings")
        raise RuntimeError("a bug")

    monkeypatch.setattr("routing.services.offers.pass_on_rings", explode)
    monkeypatch.setattr("routing.services.dispatching.dispatch_all", lambda: taken.append("dispatch"))
    explode.__name__ = "pass_on_rings"
    sweep_routing()
    assert taken == ["rings", "dispatch"]


def test_failure_is_tried_again_and_given_up_in_the_end(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule("vip")
    ticket = customer_writes(inbox)

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr("routing.services.running.action_lists.run", explode)
        for _ in range(reacting.MAX_ATTEMPTS):
            settle_once()
        assert reacting.overdue_event_ids() == []
    assert tags(ticket) == []
    assert PendingEvent.objects.get().attempts == reacting.MAX_ATTEMPTS


def settle_once() -> None:
    PendingEvent.objects.update(due_at=now())
    react_to_events(reacting.overdue_event_ids())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"event": "RuleRan"}, "event"),
        ({"conditions": {"all": [{"fact": "mood", "op": "is", "value": "bad"}]}}, "conditions/all/0/fact"),
        ({"actions": []}, "actions"),
        ({"actions": [{"action": "explode"}]}, "actions/0"),
        ({"actions": [{"action": "set_status", "params": {"status": "gone"}}]}, "actions/0/status"),
        ({"actions": [{"action": "add_note", "params": {"text": "{{secret}}"}}]}, "actions/0/text"),
    ],
)
def test_rule_that_cannot_be_understood_is_refused_at_the_place(db: None, values: dict[str, Any], field: str) -> None:
    note = {"action": "add_note", "params": {"text": "Hello"}}
    with pytest.raises(Invalid) as refused:
        save_rule(RuleDraft(**{"name": "Rule", "event": "TicketOpened", "actions": [note], **values}))
    assert list(refused.value.fields) == [field]
    assert not Rule.objects.exists()
