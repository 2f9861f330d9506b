"""Each quarter of an hour is looked at once: who is there, who should be, and how much they have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from people.models import Agent, Availability, Role
from people.services.agents import set_availability
from routing.models import Absence, Shift, StaffingLook
from routing.services.following import follow_shifts
from routing.services.shifts import set_shift
from routing.services.staffing import look
from routing.tasks import follow_shifts as follow_task
from routing.tasks import look_at_staffing
from sla.models import BusinessHours, Fact
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tickets.services import changes

TUESDAY = datetime(2026, 11, 24, 9, 0, 20, tzinfo=UTC)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as travelled:
        yield travelled


@pytest.fixture
def office(clock: time_machine.Traveller) -> BusinessHours:
    """Nine to five, every day."""
    periods = [(day, 540, 1020) for day in range(7)]
    return save_hours(HoursDraft(name="Office", time_zone="UTC", periods=periods))


@pytest.fixture
def boss(clock: time_machine.Traveller) -> Agent:
    return an_agent("Mona", role=Role.MANAGER)


def found(kind: str = "on_duty") -> dict[str, dict[str, Any]]:
    names = dict(Agent.objects.values_list("pk", "name"))
    return {names[row.agent_id or 0]: row.data for row in Fact.objects.filter(kind=kind)}


def test_look_finds_who_is_there_and_who_should_be(office: BusinessHours, boss: Agent) -> None:
    free, busy, away, ill, on_leave = (an_agent(name, is_online=True) for name in ("Ana", "Ben", "Cyd", "Dan", "Eva"))
    for agent in (away, ill, on_leave):
        set_shift(agent, hours=office, by=boss)
    set_availability(busy, availability=Availability.BUSY)
    set_availability(away, availability=Availability.AWAY)
    Agent.objects.filter(pk__in=[ill.pk, on_leave.pk]).update(last_seen_at=TUESDAY - timedelta(hours=1))
    Absence.objects.create(agent=on_leave, first_day=date(2026, 11, 23), last_day=date(2026, 11, 25))
    an_agent("Lia Light", is_online=True, role=Role.LIGHT)
    look_at_staffing()
    assert found() == {
        "Ana": {"state": "available", "is_planned": False},
        "Ben": {"state": "busy", "is_planned": False},
        "Cyd": {"state": "away", "is_planned": True},
        "Dan": {"state": "absent", "is_planned": True},
    }
    assert set(Fact.objects.values_list("at", flat=True)) == {TUESDAY.replace(second=0)}
    assert free.pk in Fact.objects.filter(kind="held").values_list("agent_id", flat=True)


def test_agent_counts_in_the_team_of_their_work_with_what_they_hold(clock: time_machine.Traveller) -> None:
    ana = an_agent("Ana", is_online=True, capacity=4)
    ben = an_agent("Ben", is_online=True, capacity=4)
    first, second = a_team("Alpha", ana, ben), a_team("Beta", ana, ben)
    for _ in range(3):
        changes.assign(customer_writes(an_inbox(default_team=second)), agent=ana, actor=ana.as_actor())
    look()
    assert dict(Fact.objects.filter(kind="on_duty").values_list("agent_id", "team_id")) == {
        ana.pk: second.pk,
        ben.pk: first.pk,
    }
    assert found("held") == {"Ana": {"percent": 75.0}, "Ben": {"percent": 0.0}}


def test_quarter_is_looked_at_once_and_what_was_missed_stays_empty(clock: time_machine.Traveller) -> None:
    an_agent("Ana", is_online=True)
    assert look() == 1
    assert look() is None
    clock.shift(15 * 60 + 300)
    assert look() is None, "twenty seconds too late"
    assert StaffingLook.objects.count() == 1
    assert Fact.objects.filter(kind="on_duty").count() == 1


def test_shift_sets_its_agent_available_and_away_and_a_choice_holds_until_the_next_border(
    clock: time_machine.Traveller, office: BusinessHours, boss: Agent
) -> None:
    clock.move_to(TUESDAY.replace(hour=8))
    ana = an_agent("Ana")
    set_shift(ana, hours=office, sets_availability=True, by=boss)

    def follow(hour: int, minute: int = 1) -> str:
        clock.move_to(TUESDAY.replace(hour=hour, minute=minute))
        follow_task()
        return Agent.objects.get(pk=ana.pk).availability

    assert follow(8, 30) == "away"
    assert follow(9) == "available"
    set_availability(ana, availability=Availability.BUSY)
    assert follow(9, 2) == "busy"
    assert follow(17) == "away"
    set_availability(ana, availability=Availability.AVAILABLE)
    assert follow(18) == "available"
    assert follow_shifts() == 0


def test_open_chat_is_finished_first_and_leave_is_left_alone(
    clock: time_machine.Traveller, office: BusinessHours, boss: Agent
) -> None:
    clock.move_to(TUESDAY.replace(hour=8))
    ana, eva = an_agent("Ana"), an_agent("Eva")
    Absence.objects.create(agent=eva, first_day=date(2026, 11, 24), last_day=date(2026, 11, 24))
    for agent in (ana, eva):
        set_shift(agent, hours=office, sets_availability=True, by=boss)
    clock.move_to(TUESDAY)
    assert follow_shifts() == 1
    chat = customer_writes(an_inbox("webchat"))
    changes.assign(chat, agent=ana, actor=ana.as_actor())
    clock.move_to(TUESDAY.replace(hour=17, minute=1))
    assert follow_shifts() == 0
    changes.set_status(chat, status="resolved", actor=ana.as_actor())
    assert follow_shifts() == 1
    assert set(Agent.objects.filter(name__in=("Ana", "Eva")).values_list("availability", flat=True)) == {"away"}


def test_shift_that_cannot_be_followed_holds_up_no_other(
    clock: time_machine.Traveller, office: BusinessHours, boss: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(TUESDAY.replace(hour=8))
    agents = [an_agent(name) for name in ("Ana", "Ben", "Cyd")]
    for agent in agents:
        set_shift(agent, hours=office, sets_availability=True, by=boss)

    def set_some(agent: Agent, **given: Any) -> None:
        if agent.name == "Ben":
            raise RuntimeError("A broken agent")
        set_availability(agent, **given)

    clock.move_to(TUESDAY)
    with monkeypatch.context() as trouble:
        trouble.setattr("routing.services.following.set_availability", set_some)
        assert follow_shifts() == 2
    assert follow_shifts() == 1


def test_shift_that_sets_nothing_changes_nothing(
    clock: time_machine.Traveller, office: BusinessHours, boss: Agent
) -> None:
    ana = an_agent("Ana")
    Shift.objects.create(agent=ana, hours=office, followed_until=TUESDAY - timedelta(days=1))
    assert follow_shifts() == 0
