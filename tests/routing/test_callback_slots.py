"""The times at which somebody could call back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callbacks.services.planning import Plan, plan_callback
from people.models import Agent
from routing.models import Absence, Shift
from routing.selectors.callback_slots import _Crew, free_slots
from sla.models import HoursUse
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tickets.models import Ticket

BERLIN = ZoneInfo("Europe/Berlin")
# Friday afternoon; clocks go forward on Sunday.
FRIDAY = datetime(2026, 3, 27, 16, 5, tzinfo=BERLIN)


@pytest.fixture
def crew(db: None) -> list[Agent]:
    return [an_agent("Ada One"), an_agent("Bob Two")]


@pytest.fixture
def ticket(crew: list[Agent], time_machine: time_machine.TimeMachineFixture) -> Ticket:
    time_machine.move_to(FRIDAY, tick=False)
    team = a_team("Front", *crew)
    week = [(day, 9 * 60, 17 * 60) for day in range(5)]
    hours = save_hours(HoursDraft(name="Office", time_zone=BERLIN.key, periods=week))
    HoursUse.objects.create(hours=hours, team=team)
    return customer_writes(an_inbox(default_team=team))


def local(ticket: Ticket, count: int) -> list[str]:
    slots = free_slots(ticket, count=count)
    return [f"{slot.starts_at.astimezone(BERLIN):%a %H:%M}, {slot.free}" for slot in slots]


def test_slots_are_half_hours_of_the_teams_hours_also_after_the_change_of_clocks(ticket: Ticket) -> None:
    assert local(ticket, 3) == ["Fri 16:30, 2", "Mon 09:00, 2", "Mon 09:30, 2"]


def test_what_is_booked_on_leave_or_off_shift_is_not_offered(ticket: Ticket, crew: list[Agent]) -> None:
    mornings = save_hours(HoursDraft(name="Early", time_zone=BERLIN.key, periods=[(0, 9 * 60, 9 * 60 + 30)]))
    Absence.objects.create(agent=crew[0], first_day=date(2026, 3, 27), last_day=date(2026, 3, 27))
    Shift.objects.create(agent=crew[1], hours=mornings)
    assert local(ticket, 2) == ["Mon 09:00, 2", "Mon 09:30, 1"]
    monday = datetime(2026, 3, 30, 9, 30, tzinfo=BERLIN)
    plan = Plan(phone="+4930901820", starts_at=monday, ends_at=monday + timedelta(minutes=30))
    plan_callback(ticket, plan, actor=crew[0].as_actor())
    assert local(ticket, 2) == ["Mon 09:00, 2", "Mon 10:00, 1"]


def test_calls_are_offered_within_a_shift_and_not_across_its_breaks(ticket: Ticket, crew: list[Agent]) -> None:
    halves = save_hours(
        HoursDraft(
            name="Split", time_zone=BERLIN.key, periods=[(0, 9 * 60 + 15, 10 * 60 + 30), (0, 10 * 60 + 45, 12 * 60)]
        )
    )
    Shift.objects.bulk_create([Shift(agent=agent, hours=halves) for agent in crew])
    assert local(ticket, 5) == ["Mon 09:30, 2", "Mon 10:00, 2", "Mon 11:00, 2", "Mon 11:30, 2", "Mon 09:30, 2"]


def test_many_who_work_alike_are_looked_at_once(ticket: Ticket, crew: list[Agent]) -> None:
    # Strangers ask for two weeks of half hours; a second of work for each would stop the desk.
    others = [an_agent(f"Cyd {number}") for number in range(30)]
    assert ticket.team
    ticket.team.members.add(*others)
    Absence.objects.create(agent=crew[0], first_day=date(2026, 3, 30), last_day=date(2026, 3, 30))
    assert len(_Crew(ticket.team_id, FRIDAY).alike) == 2
    assert local(ticket, 2) == ["Fri 16:30, 32", "Mon 09:00, 31"]


def test_desk_without_hours_offers_weekdays_from_nine_to_five(ticket: Ticket) -> None:
    HoursUse.objects.all().delete()
    assert {slot.starts_at.weekday() for slot in free_slots(ticket, count=40)} <= {0, 1, 2, 3, 4}
