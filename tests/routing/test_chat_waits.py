"""Chats are answered, given up or left as a message, and each of these is a fact with its waiting time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine

from channels_in.models import ChatVisitor
from channels_in.webchat.payload import FORM, Written, dump, load
from core.db import run
from core.errors import Conflict, NotAllowed
from core.events.catalogue import Actor
from people.models import Agent, Identity, Team
from routing.models import ChatWait, Offer
from routing.selectors.chats import chat_of
from routing.services import chat_ends, chat_waits, offers
from routing.services.chat_ends import end_by_agent, end_by_leaving, end_by_visitor, find_abandoned, take_back_end
from routing.services.dispatching import dispatch_all
from routing.services.rules import RuleDraft, save_rule
from routing.tasks import sweep_routing
from sla.models import Fact
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes
from tickets.inbound import Clues, Sender
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes, messages, moving
from tickets.services.intake import record_inbound

ADDRESS = "1:v:browser"
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as travelled:
        yield travelled


@pytest.fixture
def ana(clock: time_machine.Traveller) -> Agent:
    return an_agent("Ana", is_online=True)


@pytest.fixture
def team(ana: Agent) -> Team:
    return a_team("Front", ana, an_agent("Ben", is_online=True), strategy="round_robin", ring_seconds=30)


@pytest.fixture
def chat(team: Team) -> Inbox:
    return an_inbox("webchat", default_team=team)


def told(*kinds: str) -> list[tuple[str, float | None, dict[str, Any]]]:
    wanted = kinds or ("chat_begun", "chat_left_word", "chat_answered", "chat_abandoned")
    rows = Fact.objects.standing().filter(kind__in=wanted).order_by("id")
    return [(row.kind, row.wall_seconds, row.data) for row in rows]


def visitor_writes(chat: Inbox, text: str) -> Ticket:
    clues = Clues(thread_key=ADDRESS)
    sender = Sender(kind="webchat", value=ADDRESS, name="Visitor")
    return customer_writes(chat, text, sender=sender, clues=clues, recipients={})


def visitor_was_seen(chat: Inbox, at: datetime) -> None:
    """Their browser had the conversation open until then."""
    identity = Identity.objects.get(value=ADDRESS)
    ChatVisitor.objects.create(uid="browser", inbox=chat, identity=identity, last_seen_at=at)


def test_chat_that_is_answered_tells_how_long_it_rang_at_whom(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = customer_writes(chat, "Is anybody there?")
    dispatch_all()
    clock.shift(31)
    offers.pass_on_rings()
    dispatch_all()
    customer_writes(chat, "Hello?", on=ticket)
    clock.shift(9)
    agent_replies(ticket, ana)
    agent_replies(ticket, ana)
    answered = {"rings": 2, "missed": 1, "at_once": 1}
    assert told() == [("chat_begun", None, {}), ("chat_answered", 40.0, answered)]
    [missed] = Fact.objects.filter(kind="ring_missed")
    assert (missed.wall_seconds, missed.agent_id) == (31.0, ana.pk)


def test_chat_that_nobody_answers_is_abandoned_when_its_visitor_has_gone_and_begins_anew_when_they_return(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    visitor_writes(chat, "Is anybody there?")
    visitor_was_seen(chat, MORNING + timedelta(seconds=70))
    clock.shift(180)
    assert find_abandoned() == 0, "they were there within two minutes"
    clock.shift(11)
    assert find_abandoned() == 1
    assert find_abandoned() == 0
    [(kind, seconds, _)] = told("chat_abandoned")
    assert (kind, seconds) == ("chat_abandoned", 70.0)
    agent_replies(visitor_writes(chat, "I am back."), ana)
    assert [kind for kind, _, _ in told()] == ["chat_begun", "chat_abandoned", "chat_begun", "chat_answered"]


def test_answer_that_is_undone_lets_the_chat_wait_again(chat: Inbox, ana: Agent) -> None:
    ticket = customer_writes(chat)
    answer = agent_replies(ticket, ana)
    messages.undo(answer, actor=ana.as_actor())
    assert [kind for kind, _, _ in told()] == ["chat_begun"]
    assert ChatWait.objects.filter(ended_at=None).count() == 1
    agent_replies(ticket, ana)
    assert [kind for kind, _, _ in told()] == ["chat_begun", "chat_answered"]


def test_chat_whose_ticket_is_closed_without_a_word_is_neither_answered_nor_abandoned(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = customer_writes(chat)
    changes.set_status(ticket, status="resolved", actor=ana.as_actor())
    clock.shift(600)
    assert find_abandoned() == 0
    assert told() == [("chat_begun", None, {})]
    assert ChatWait.objects.get().ended_by == "closed"


def test_words_left_in_the_form_wait_for_no_chat(chat: Inbox, clock: time_machine.Traveller) -> None:
    record_inbound(load(dump(Written(id="12345678", uid="b", identity=ADDRESS, text="Call me.", way=FORM))), inbox=chat)
    assert told() == [("chat_left_word", None, {})]
    clock.shift(600)
    assert find_abandoned() == 0


def test_mail_begins_no_chat(ana: Agent, clock: time_machine.Traveller) -> None:
    ticket = customer_writes(an_inbox())
    agent_replies(ticket, ana)
    assert told() == []


def ends(ticket: Ticket) -> list[tuple[str, bool, str]]:
    """How, whether answered, and by whom."""
    rows = TicketEvent.objects.filter(ticket=ticket, kind="ChatEnded").order_by("seq")
    return [(row.data["how"], row.data["is_answered"], row.actor_kind) for row in rows]


def visitor_ends(ticket: Ticket) -> bool:
    return end_by_visitor(ticket, actor=Actor(kind="contact", id=ticket.contact_id, name="Visitor"))


def test_visitor_ends_a_chat_once_and_begins_another_by_writing(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = visitor_writes(chat, "Hello?")
    agent_replies(ticket, ana)
    assert [visitor_ends(ticket) for _ in range(2)] == [True, False]
    ticket.refresh_from_db()
    assert (ends(ticket), ticket.status) == ([("visitor", True, "contact")], "open")
    clock.shift(60)
    visitor_writes(chat, "One more thing")
    assert [kind for kind, _, _ in told()] == ["chat_begun", "chat_answered", "chat_begun"]
    assert visitor_ends(ticket), "before anybody answered: given up at once"
    assert [kind for kind, _, _ in told()][-1] == "chat_abandoned"
    assert ends(ticket)[-1] == ("visitor", False, "contact")


def test_chat_ends_with_its_ticket_or_when_the_visitor_has_left(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = visitor_writes(chat, "Hello?")
    changes.set_status(ticket, status="pending", actor=ana.as_actor())
    assert ends(ticket) == []
    changes.set_status(ticket, status="resolved", actor=ana.as_actor())
    changes.set_status(ticket, status="closed", actor=ana.as_actor())
    assert ends(ticket) == [("resolved", False, "agent")]
    assert not visitor_ends(ticket)
    clock.shift(60)
    visitor_writes(chat, "Hello again?")
    visitor_was_seen(chat, MORNING)
    clock.shift(600)
    assert find_abandoned() == 1
    assert ends(ticket)[-1] == ("left", False, "system")
    mail = customer_writes(an_inbox())
    changes.set_status(mail, status="resolved", actor=ana.as_actor())
    assert ends(mail) == []


def test_agent_ends_an_answered_chat_and_the_ticket_stays_what_it_is(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = visitor_writes(chat, "Hello?")
    with pytest.raises(Conflict, match="Nobody has answered"):
        end_by_agent(ticket, actor=ana.as_actor())
    agent_replies(ticket, ana)
    changes.set_status(ticket, status="pending", actor=ana.as_actor())
    assert [end_by_agent(ticket, actor=ana.as_actor()) for _ in range(2)] == [True, False]
    ticket.refresh_from_db()
    assert (ends(ticket), ticket.status) == ([("agent", True, "agent")], "pending")
    assert [kind for kind, _, _ in told()] == ["chat_begun", "chat_answered"]
    light = an_agent("Lia Light", role="light")
    with pytest.raises(NotAllowed):
        end_by_agent(ticket, actor=light.as_actor())


def test_end_that_an_agent_takes_back_never_was_until_something_new_begins(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = visitor_writes(chat, "Hello?")
    agent_replies(ticket, ana)
    end_by_agent(ticket, actor=ana.as_actor())
    ended = TicketEvent.objects.get(kind="ChatEnded")
    take_back_end(ticket, event_id=ended.pk, actor=ana.as_actor())
    assert chat_of(ticket.pk) == "on"
    assert TicketEvent.objects.get(kind="ChatResumed").data == {"undoes": ended.pk}
    for event_id in (ended.pk, None):
        with pytest.raises(Conflict):
            take_back_end(ticket, event_id=event_id, actor=ana.as_actor())
    end_by_agent(ticket, actor=ana.as_actor())
    with pytest.raises(Conflict):
        take_back_end(ticket, event_id=ended.pk, actor=ana.as_actor())
    clock.shift(60)
    visitor_writes(chat, "One more thing")
    with pytest.raises(Conflict):
        take_back_end(ticket, actor=ana.as_actor())


def test_rule_reacts_to_the_end_of_a_chat(clock: time_machine.Traveller, chat: Inbox, ana: Agent) -> None:
    by_visitor = {
        "all": [
            {"fact": "chat_end", "op": "is", "value": "visitor"},
            {"fact": "chat_answered", "op": "is", "value": True},
        ]
    }
    resolve = {"action": "set_status", "params": {"status": "resolved"}}
    save_rule(RuleDraft(name="Done", event="ChatEnded", conditions=by_visitor, actions=[resolve]))
    ticket = visitor_writes(chat, "Hello?")
    agent_replies(ticket, ana)
    visitor_ends(ticket)
    clock.shift(20)
    sweep_routing()
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert ends(ticket) == [("visitor", True, "contact")], "what the rule resolves ends no second time"


def test_chat_that_an_agent_answers_while_its_visitor_is_found_gone_goes_on(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = visitor_writes(chat, "Hello?")
    clock.shift(600)
    [found] = chat_waits.abandoned()
    agent_replies(ticket, ana)
    assert not end_by_leaving(*found)
    assert (ends(ticket), chat_of(ticket.pk)) == ([], "on")


def test_chat_that_cannot_be_ended_keeps_no_other_waiting(
    clock: time_machine.Traveller, chat: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = customer_writes(chat, "Hello?")
    second = customer_writes(chat, "Anybody?")
    plain = chat_ends.end_by_leaving

    def broken(wait_id: int, ticket_id: int, left_at: datetime) -> bool:
        if ticket_id == first.pk:
            raise RuntimeError("a lock that was not given in time")
        return plain(wait_id, ticket_id, left_at)

    monkeypatch.setattr(chat_ends, "end_by_leaving", broken)
    clock.shift(600)
    assert find_abandoned() == 1
    assert (chat_of(first.pk), chat_of(second.pk)) == ("on", "over")


def test_chats_of_tickets_that_were_finished_before_the_upgrade_end_no_more(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    ticket = visitor_writes(chat, "Hello?")
    agent_replies(ticket, ana)
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved")
    changes.set_status(ticket, status="closed", actor=ana.as_actor())
    assert ends(ticket) == [], "it was over when it was resolved"
    run([(import_module("routing.migrations.0011_chats_of_finished_tickets_are_over").OVER, [])])
    assert chat_of(ticket.pk) == "over"


def test_chat_of_a_ticket_that_is_merged_goes_on_in_the_other_one(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    mail = customer_writes(an_inbox())
    ticket = visitor_writes(chat, "Is anybody there?")
    dispatch_all()
    merged = moving.merge(ticket, into=mail, actor=ana.as_actor())
    assert not Offer.objects.filter(ticket=ticket, ended_at=None).exists()
    clock.shift(31)
    offers.pass_on_rings()
    assert told("ring_missed") == [], "it rang at nobody any more"
    visitor_was_seen(chat, MORNING + timedelta(seconds=31))
    assert (find_abandoned(), chat_of(mail.pk)) == (0, "on")
    assert visitor_writes(chat, "Hello?") == mail
    agent_replies(mail, ana)
    assert [(kind, seconds) for kind, seconds, _ in told()] == [("chat_begun", None), ("chat_answered", 31.0)]
    moving.undo_move(ticket, event_id=merged.event_id, actor=ana.as_actor())
    assert (chat_of(mail.pk), chat_of(ticket.pk)) == ("", "on")


def test_chat_that_is_merged_into_one_that_waits_waits_with_it(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    first, second = customer_writes(chat, "Hello?"), visitor_writes(chat, "Hello from the other window?")
    moving.merge(second, into=first, actor=ana.as_actor())
    assert [wait.ticket_id for wait in ChatWait.objects.filter(ended_at=None)] == [first.pk]
    assert (chat_of(first.pk), chat_of(second.pk)) == ("on", "over")


def test_chat_that_is_merged_into_a_finished_ticket_is_over(
    clock: time_machine.Traveller, chat: Inbox, ana: Agent
) -> None:
    done, ticket = customer_writes(an_inbox()), visitor_writes(chat, "Hello?")
    changes.set_status(done, status="spam", actor=ana.as_actor())
    moving.merge(ticket, into=done, actor=ana.as_actor())
    assert (chat_of(done.pk), chat_of(ticket.pk)) == ("", "over")
