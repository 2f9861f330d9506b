"""A chat that nobody answers goes to the team that helps out, or its visitor is told; it never rings for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache

from callbacks.services.planning import plan_callback
from channels_in.models import ChatVisitor
from core.clock import now
from core.events.catalogue import SYSTEM, Actor
from notifications.models import Notification
from people.models import Agent, Identity, Team
from routing.chat_words import WORDS, words_for_left
from routing.models import ChatWait, Offer
from routing.selectors.floor import queue_of
from routing.services.chat_ends import end_by_visitor
from routing.services.taking import take_next
from routing.tasks import sweep_routing
from sla.models import Fact, FactKind
from tests.callbacks.conftest import a_plan
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes
from tickets.inbound import Clues, Sender
from tickets.models import Inbox, Message, Ticket, TicketEvent
from tickets.services import messages

ADDRESS = "1:v:browser"
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    cache.clear()
    with time_machine.travel(MORNING, tick=False) as travelled:
        yield travelled


@pytest.fixture
def lea(clock: time_machine.Traveller) -> Agent:
    return an_agent("Lea Lead")


@pytest.fixture
def team(lea: Agent) -> Team:
    crew = [an_agent(name, is_online=True) for name in ("Ada One", "Bob Two")]
    return a_team("Front", *crew, strategy="round_robin", ring_seconds=30, chat_wait_minutes=3, lead=lea)


@pytest.fixture
def chat(team: Team) -> Inbox:
    return an_inbox("webchat", default_team=team)


def visitor_writes(chat: Inbox, *, email: str = "") -> Ticket:
    ticket = customer_writes(
        chat,
        "Is anybody there?",
        sender=Sender(kind="webchat", value=ADDRESS, name="Visitor"),
        clues=Clues(thread_key=ADDRESS),
        recipients={},
    )
    identity = Identity.objects.get(value=ADDRESS)
    ChatVisitor.objects.create(uid="browser", inbox=chat, identity=identity, email=email)
    return ticket


def live(clock: time_machine.Traveller, *, seconds: int) -> None:
    """The desk's sweeps, with everybody who is there staying connected."""
    for _ in range(seconds // 5):
        clock.shift(5)
        Agent.objects.exclude(last_seen_at=None).update(last_seen_at=now())
        sweep_routing()


def leaves(*agents: Agent) -> None:
    Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(last_seen_at=None)


def owner(ticket: Ticket) -> str:
    assignee = Ticket.objects.select_related("assignee").get(pk=ticket.pk).assignee
    return assignee.name if assignee else ""


def said(ticket: Ticket) -> list[str]:
    return list(Message.objects.filter(ticket=ticket, direction="out", kind="reply").values_list("text", flat=True))


def test_visitor_who_has_waited_long_enough_is_told_once_and_the_chat_is_a_letter_from_then_on(
    clock: time_machine.Traveller, chat: Inbox, lea: Agent, team: Team
) -> None:
    ticket = visitor_writes(chat, email="eva@customer.example")
    live(clock, seconds=175)
    assert said(ticket) == [], "it rings at one after the other, then where it is"
    live(clock, seconds=60)
    [text] = said(ticket)
    assert text.startswith("Sorry, nobody is free right now. Your message is with us, and we answer by e-mail")
    [event] = TicketEvent.objects.filter(ticket=ticket, kind="ChatUnanswered")
    assert (event.data["why"], event.data["agent_ids"]) == ("time", [lea.pk])
    assert 180 <= event.data["waited_seconds"] <= 215
    assert Notification.objects.get(kind="chat_left").agent == lea
    offer = Offer.objects.get(ticket=ticket, ended_at=None)
    assert (offer.ring_until, owner(ticket) != "") == (None, True)
    live(clock, seconds=60)
    team.members.add(an_agent("Cyd Three", is_online=True))
    live(clock, seconds=60)
    assert len(said(ticket)) == 1
    assert Offer.objects.get(ticket=ticket, ended_at=None) == offer, "it goes to and fro no more"


def test_chat_that_everybody_let_ring_goes_at_once_to_the_team_that_helps_out(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    helpers = a_team("Helpers", an_agent("Cem Three", is_online=True), strategy="least_loaded", ring_seconds=30)
    Team.objects.filter(pk=team.pk).update(overflow_team=helpers, overflow_minutes=15)
    Team.objects.filter(pk=helpers.pk).update(overflow_team=team)
    ticket = visitor_writes(chat)
    live(clock, seconds=75)
    assert owner(ticket) == "Cem Three"
    moved = TicketEvent.objects.get(ticket=ticket, kind="TeamAssigned")
    assert moved.data["reason"] == "Nobody in Front answered"
    assert Offer.objects.filter(ticket=ticket, ended_at=None, ring_until__isnull=False).exists()
    live(clock, seconds=240)
    assert TicketEvent.objects.filter(ticket=ticket, kind="TeamAssigned").count() == 1
    assert "Leave your e-mail address" in said(ticket)[0]


def test_chat_for_which_nobody_is_there_any_more_goes_on_without_ringing_anywhere(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    leaves(*team.members.all())
    ticket = visitor_writes(chat)
    live(clock, seconds=40)
    assert said(ticket) == [], "whoever reloads the page is away for a moment"
    live(clock, seconds=20)
    assert len(said(ticket)) == 1
    assert TicketEvent.objects.get(kind="ChatUnanswered").data["why"] == "nobody"


def test_told_visitor_waits_in_the_one_queue_by_the_deadline(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    urgent = customer_writes(an_inbox(default_team=team))
    Ticket.objects.filter(pk=urgent.pk).update(sla_due_at=MORNING, priority="urgent")
    leaves(*team.members.all())
    ticket = visitor_writes(chat)
    live(clock, seconds=60)
    assert len(said(ticket)) == 1
    assert [ask.ticket_id for ask in queue_of([team])] == [urgent.pk, ticket.pk]
    ada = team.members.get(name="Ada One")
    assert take_next(ada).pk == urgent.pk
    assert take_next(ada).pk == ticket.pk
    agent_replies(ticket, ada)
    assert ChatWait.objects.get(ticket=ticket).ended_by == "answered"


def test_chat_that_an_agent_has_begun_or_taken_is_theirs_however_long_it_takes(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    ticket = visitor_writes(chat)
    live(clock, seconds=5)
    ada = team.members.get(name=owner(ticket))
    messages.add_note(ticket, text="Looking.", actor=ada.as_actor())
    live(clock, seconds=240)
    assert said(ticket) == []
    assert owner(ticket) == ada.name


def test_visitor_who_booked_a_call_is_not_told_that_nobody_is_free_until_they_write_again(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    leaves(*team.members.all())
    ticket = visitor_writes(chat)
    identity = Identity.objects.get(value=ADDRESS)
    by_themselves = Actor(kind="contact", id=identity.contact_id, name="Visitor")
    plan_callback(ticket, a_plan(starts_at=now() + timedelta(hours=1), identity=identity), actor=by_themselves)
    live(clock, seconds=300)
    assert said(ticket) == []
    assert not Fact.objects.filter(ticket_id=ticket.pk, kind=FactKind.CHAT_ABANDONED).exists()
    customer_writes(
        chat,
        "And do you sell filters?",
        sender=Sender(kind="webchat", value=ADDRESS, name="Visitor"),
        clues=Clues(thread_key=ADDRESS),
        recipients={},
    )
    live(clock, seconds=60)
    assert len(said(ticket)) == 1


def test_visitor_who_begins_chat_after_chat_does_not_fill_the_bell_of_the_lead(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    leaves(*team.members.all())
    ticket = visitor_writes(chat)
    told = []
    for pause in (0, 0, 3600):
        clock.shift(pause)
        live(clock, seconds=60)
        told.append(Notification.objects.filter(kind="chat_left").count())
        end_by_visitor(ticket, actor=Actor(kind="contact", id=ticket.contact_id, name="Visitor"))
        customer_writes(chat, "Hello?", on=ticket)
    assert TicketEvent.objects.filter(ticket=ticket, kind="ChatUnanswered").count() == 3
    assert told == [1, 1, 2], "an hour later somebody should look again"


def test_team_whose_visitors_wait_as_long_as_it_takes_tells_nobody(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    Team.objects.filter(pk=team.pk).update(chat_wait_minutes=0)
    ticket = visitor_writes(chat)
    live(clock, seconds=240)
    assert said(ticket) == []


def test_visitor_is_told_although_the_desk_has_just_welcomed_them(
    clock: time_machine.Traveller, chat: Inbox, team: Team
) -> None:
    leaves(*team.members.all())
    ticket = visitor_writes(chat)
    messages.reply(ticket, text="Welcome!", is_automatic=True, idempotency_key="w", actor=SYSTEM)
    live(clock, seconds=60)
    assert len(said(ticket)) == 2


@pytest.mark.parametrize("language", sorted(WORDS))
def test_visitor_reads_how_long_it_may_take_in_their_language(language: str) -> None:
    known = words_for_left(f"{language}-XX", has_address=True, seconds=5400)
    unknown = words_for_left(language, has_address=False, seconds=None)
    assert " 2 " in known
    assert "{" not in known + unknown
    assert known != unknown


def test_visitor_whose_language_we_do_not_speak_reads_english() -> None:
    assert words_for_left("ja", has_address=True, seconds=40).endswith("usually within 1 minute.")
