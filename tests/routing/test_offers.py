"""What is handed out is begun, rings on, goes back or overflows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core.clock import now
from people.models import Agent, Availability, Team
from people.services.agents import set_active
from routing.models import Absence, Offer, Overflow, Shift
from routing.selectors.duty import Duty, duties_of
from routing.services import offers, overflow
from routing.services.dispatching import dispatch_all
from routing.tasks import sweep_routing
from sla.models import OpenInterval
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes, messages


@pytest.fixture
def crew(db: None) -> list[Agent]:
    return [an_agent(name, is_online=True) for name in ("Ada One", "Bob Two")]


@pytest.fixture
def team(crew: list[Agent]) -> Team:
    return a_team("Front", *crew, strategy="round_robin", ring_seconds=30, hand_back_minutes=5)


@pytest.fixture
def chat(team: Team) -> Inbox:
    return an_inbox("webchat", default_team=team)


@pytest.fixture
def mail(team: Team) -> Inbox:
    return an_inbox(default_team=team)


def owner(ticket: Ticket) -> str | None:
    assignee = Ticket.objects.select_related("assignee").get(pk=ticket.pk).assignee
    return assignee.name if assignee else None


def let_pass(**past: int) -> None:
    """The offers were made so long ago, and everybody has been gone or waiting since."""
    span = timedelta(**past)
    for offer in Offer.objects.filter(ended_at=None):
        rings = offer.ring_until - span if offer.ring_until else None
        Offer.objects.filter(pk=offer.pk).update(made_at=offer.made_at - span, ring_until=rings)


def test_chat_that_is_left_ringing_goes_to_the_next_agent_and_says_so(chat: Inbox) -> None:
    ticket = customer_writes(chat)
    dispatch_all()
    assert owner(ticket) == "Ada One"
    assert offers.pass_on_rings() == 0
    let_pass(seconds=31)
    sweep_routing()
    assert owner(ticket) == "Bob Two"
    told = [event.data["reason"] for event in TicketEvent.objects.filter(kind="TicketAssigned").order_by("seq")]
    assert told == ["Round robin in Front", "Not answered by Ada One within 30 s", "Round robin in Front"]


def test_chat_rings_again_at_the_only_one_who_is_there(chat: Inbox, crew: list[Agent]) -> None:
    Agent.objects.filter(pk=crew[1].pk).update(availability=Availability.AWAY)
    ticket = customer_writes(chat)
    dispatch_all()
    let_pass(seconds=31)
    sweep_routing()
    assert owner(ticket) == "Ada One"
    assert Offer.objects.filter(ticket=ticket, ended_at=None).count() == 1


def test_chat_that_everybody_let_ring_stays_and_tells_nobody_again_until_another_comes(
    chat: Inbox, team: Team, crew: list[Agent]
) -> None:
    ticket = customer_writes(chat)
    dispatch_all()
    for _ in range(5):
        let_pass(seconds=31)
        sweep_routing()
    assert owner(ticket) == "Bob Two"
    assert TicketEvent.objects.filter(kind="TicketAssigned").count() == 3
    assert offers.pass_on_rings() == 0, "it rings anew, so that it is asked again later"
    team.members.add(an_agent("Cyd Three", is_online=True))
    let_pass(seconds=31)
    sweep_routing()
    assert owner(ticket) == "Cyd Three"


def test_everything_that_rang_out_goes_on_in_one_sweep_however_much_it_is(
    chat: Inbox, crew: list[Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "BATCH", 2)
    tickets = [customer_writes(chat) for _ in range(5)]
    Agent.objects.filter(pk=crew[1].pk).update(availability=Availability.AWAY)
    dispatch_all()
    assert {owner(ticket) for ticket in tickets} == {"Ada One"}
    let_pass(seconds=31)
    assert offers.pass_on_rings() == 0, "nobody else is there"
    assert not Offer.objects.filter(ring_until__lte=now()).exists(), "each of them rings anew"
    Agent.objects.filter(pk=crew[1].pk).update(availability=Availability.AVAILABLE)
    let_pass(seconds=31)
    assert offers.pass_on_rings() == 5
    assert {owner(ticket) for ticket in tickets} == {None}


@pytest.mark.parametrize("begin", ["answer", "note", "pending"])
def test_agent_who_begins_keeps_the_chat(chat: Inbox, crew: list[Agent], begin: str) -> None:
    ticket = customer_writes(chat)
    dispatch_all()
    ticket.refresh_from_db()
    ada = crew[0].as_actor()
    if begin == "answer":
        messages.reply(ticket, text="Hello!", seen_seq=ticket.last_seq, idempotency_key="k", actor=ada)
    elif begin == "note":
        messages.add_note(ticket, text="Looking.", actor=ada)
    else:
        changes.set_status(ticket, status="pending", actor=ada)
    let_pass(seconds=300)
    assert offers.pass_on_rings() == 0
    assert Offer.objects.get(ticket=ticket).ended_by == "begun"
    assert owner(ticket) == "Ada One"


def test_mail_does_not_ring(mail: Inbox) -> None:
    customer_writes(mail)
    dispatch_all()
    assert Offer.objects.get().ring_until is None


def test_who_goes_away_hands_back_what_is_not_begun_after_a_while(mail: Inbox, crew: list[Agent]) -> None:
    begun, untouched = customer_writes(mail), customer_writes(mail)
    dispatch_all()
    changes.assign(untouched, agent=None, actor=crew[0].as_actor())
    Agent.objects.filter(pk=crew[1].pk).update(availability=Availability.AWAY)
    dispatch_all()
    assert (owner(begun), owner(untouched)) == ("Ada One", "Ada One")
    messages.add_note(begun, text="On it.", actor=crew[0].as_actor())
    left = {"availability": Availability.AWAY, "availability_changed_at": now() - timedelta(minutes=6)}
    Agent.objects.filter(pk=crew[0].pk).update(**left)
    Agent.objects.filter(pk=crew[1].pk).update(availability=Availability.AVAILABLE)
    sweep_routing()
    assert (owner(begun), owner(untouched)) == ("Ada One", "Bob Two")


def test_short_absence_and_a_team_that_never_hands_back_leave_everything(mail: Inbox, team: Team) -> None:
    ticket = customer_writes(mail)
    dispatch_all()
    Agent.objects.update(availability=Availability.AWAY, availability_changed_at=now() - timedelta(minutes=4))
    assert offers.hand_back() == 0
    Agent.objects.update(availability_changed_at=now() - timedelta(days=1))
    Team.objects.update(hand_back_minutes=None)
    assert offers.hand_back() == 0
    assert owner(ticket) == "Ada One"


def test_whose_connection_is_lost_or_who_leaves_the_company_hands_back_too(mail: Inbox, crew: list[Agent]) -> None:
    first, second = customer_writes(mail), customer_writes(mail)
    dispatch_all()
    Agent.objects.filter(pk=crew[0].pk).update(last_seen_at=now() - timedelta(minutes=6))
    set_active(crew[1], is_active=False)
    assert offers.hand_back() == 2
    assert (owner(first), owner(second)) == (None, None)


def test_who_is_there_keeps_it_also_in_a_team_that_hands_back_at_once(mail: Inbox, crew: list[Agent]) -> None:
    Team.objects.update(hand_back_minutes=0)
    ticket = customer_writes(mail)
    dispatch_all()
    Agent.objects.update(last_seen_at=now() - timedelta(seconds=30))
    assert offers.hand_back() == 0
    Agent.objects.update(last_seen_at=now() - timedelta(seconds=76))
    assert offers.hand_back() == 1
    assert owner(ticket) is None


def test_what_a_colleague_gave_by_hand_stays(mail: Inbox, crew: list[Agent]) -> None:
    ticket = customer_writes(mail)
    dispatch_all()
    changes.assign(ticket, agent=crew[1], actor=crew[0].as_actor())
    Agent.objects.update(last_seen_at=now() - timedelta(hours=1))
    assert offers.hand_back() == 0
    assert owner(ticket) == "Bob Two"


def test_ticket_for_which_nobody_is_found_in_time_goes_to_the_team_that_helps_once(mail: Inbox, team: Team) -> None:
    helpers = a_team("Helpers", an_agent("Cem Three", is_online=True), strategy="least_loaded")
    Team.objects.filter(pk=team.pk).update(overflow_team=helpers, overflow_minutes=15)
    Agent.objects.filter(teams=team).update(capacity=0)
    ticket = customer_writes(mail)
    sweep_routing()
    assert owner(ticket) is None
    late = now() - timedelta(minutes=16)
    Ticket.objects.update(created_at=late, assignee_since=late, status_since=late)
    sweep_routing()
    assert owner(ticket) == "Cem Three"
    moved = TicketEvent.objects.get(kind="TeamAssigned")
    assert moved.data["reason"] == "Nobody in Front was free for 15 min"
    changes.assign_team(ticket, team=team, actor=an_agent().as_actor())
    changes.assign(ticket, agent=None, actor=an_agent().as_actor())
    Ticket.objects.update(assignee_since=late)
    TicketEvent.objects.filter(kind="TeamAssigned").update(at=late)
    assert overflow.pass_on() == 0
    assert Overflow.objects.count() == 1


def test_ticket_waits_for_each_team_for_that_teams_own_time(mail: Inbox, team: Team) -> None:
    last = a_team("Last")
    helpers = a_team("Helpers", strategy="least_loaded", overflow_team=last, overflow_minutes=30)
    Team.objects.filter(pk=team.pk).update(overflow_team=helpers, overflow_minutes=15)
    Agent.objects.update(capacity=0)
    ticket = customer_writes(mail)
    long_ago = now() - timedelta(minutes=40)
    began = {"created_at": long_ago, "assignee_since": long_ago, "status_since": long_ago}
    Ticket.objects.update(**{**began, "status_since": now() - timedelta(minutes=10)})
    assert overflow.pass_on() == 0, "it was opened again ten minutes ago"
    Ticket.objects.update(**began)
    assert overflow.pass_on() == 1
    assert overflow.pass_on() == 0, "the helpers have just got it"
    TicketEvent.objects.filter(kind="TeamAssigned").update(at=now() - timedelta(minutes=31))
    assert overflow.pass_on() == 1
    assert Ticket.objects.get(pk=ticket.pk).team == last


def test_everything_that_is_late_overflows_in_one_sweep(
    mail: Inbox, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overflow, "BATCH", 2)
    Team.objects.filter(pk=team.pk).update(overflow_team=a_team("Helpers"), overflow_minutes=15)
    for _ in range(5):
        customer_writes(mail)
    late = now() - timedelta(minutes=16)
    Ticket.objects.update(created_at=late, assignee_since=late, status_since=late)
    assert overflow.pass_on() == 5


def test_what_was_not_begun_goes_back_after_the_end_of_the_shift_and_on_leave_though_the_page_is_open(
    mail: Inbox, team: Team, crew: list[Agent]
) -> None:
    hours = save_hours(HoursDraft(name="All week", time_zone="UTC", periods=[(day, 0, 1440) for day in range(7)]))
    Shift.objects.create(agent=crew[0], hours=hours)
    on_shift, other = customer_writes(mail), customer_writes(mail)
    dispatch_all()
    assert offers.hand_back() == 0
    OpenInterval.objects.filter(hours=hours, ends_at__gt=now()).update(ends_at=now() - timedelta(minutes=4))
    assert offers.hand_back() == 0, "the shift ended a moment ago"
    Team.objects.filter(pk=team.pk).update(hand_back_minutes=3)
    assert offers.hand_back() == 1
    assert (owner(on_shift), owner(other)) == (None, "Bob Two")
    today = now().date()
    Absence.objects.create(agent=crew[1], first_day=today, last_day=today)
    assert offers.hand_back() == 1
    assert owner(other) is None


def test_agent_off_shift_or_on_leave_is_given_nothing(mail: Inbox, crew: list[Agent]) -> None:
    today = now().date()
    other_day = (today.weekday() + 3) % 7
    hours = save_hours(HoursDraft(name="One day", time_zone="UTC", periods=[(other_day, 0, 1440)]))
    Shift.objects.create(agent=crew[0], hours=hours)
    Absence.objects.create(agent=crew[1], first_day=today, last_day=today)
    assert duties_of(crew) == {crew[0].pk: Duty.OFF_SHIFT, crew[1].pk: Duty.ON_LEAVE}
    ticket = customer_writes(mail)
    assert dispatch_all() == 0
    Shift.objects.all().delete()
    assert dispatch_all() == 1
    assert owner(ticket) == "Ada One"


def test_leave_ends_at_the_agents_own_midnight(crew: list[Agent]) -> None:
    ada = crew[0]
    Agent.objects.filter(pk=ada.pk).update(time_zone="Pacific/Kiritimati")
    ada.refresh_from_db()
    local = now() + timedelta(hours=14)
    Absence.objects.create(agent=ada, first_day=local.date() - timedelta(days=3), last_day=local.date())
    assert duties_of([ada])[ada.pk] is Duty.ON_LEAVE
    Absence.objects.update(last_day=local.date() - timedelta(days=1))
    assert duties_of([ada])[ada.pk] is Duty.HERE


@pytest.mark.parametrize("way", ["rings out", "goes back", "overflows"])
def test_ticket_that_cannot_be_passed_on_stops_no_other(
    chat: Inbox, team: Team, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    helpers = a_team("Back", an_agent("Cem Three"), strategy="round_robin")
    Team.objects.filter(pk=team.pk).update(overflow_team=helpers, overflow_minutes=10)
    tickets = [customer_writes(chat) for _ in range(3)]
    assign, assign_team = changes.assign, changes.assign_team

    def refuse_one(do: Callable[..., Ticket], ticket: Ticket, **given: Any) -> None:
        if ticket.pk == tickets[0].pk:
            raise RuntimeError("A broken ticket")
        do(ticket, **given)

    if way == "overflows":
        late = now() - timedelta(minutes=11)
        Ticket.objects.update(created_at=late, assignee_since=late, status_since=late)
    else:
        dispatch_all()
        let_pass(minutes=6)
    if way == "goes back":
        Agent.objects.update(availability=Availability.AWAY, availability_changed_at=now() - timedelta(minutes=6))
    monkeypatch.setattr(changes, "assign", partial(refuse_one, assign))
    monkeypatch.setattr(changes, "assign_team", partial(refuse_one, assign_team))
    step = {"rings out": offers.pass_on_rings, "goes back": offers.hand_back, "overflows": overflow.pass_on}[way]
    assert step() == 2
