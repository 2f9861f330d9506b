"""A fortnight of tickets whose deadlines and lengths were worked out by hand: lunch breaks, a night shift, the change
to summer time on 29 March 2026, Good Friday and Easter Monday."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from people.models import Agent
from sla.models import Clock, Fact, Metric
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from sla.tasks import tick_clocks
from tests.desk import agent_replies, an_inbox, customer_writes
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes

H = 3600.0
FIRST, NEXT, SOLVE, UPDATE = (str(name) for name in Metric.values)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in Berlin: day 32 is 1 April."""
    month, number = (3, day) if day <= 31 else (4, day - 31)
    return datetime(2026, month, number, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.fixture
def shop() -> Inbox:
    return an_inbox()


@pytest.fixture
def nights() -> Inbox:
    return an_inbox()


@pytest.fixture(autouse=True)
def terms(clock: time_machine.Traveller, nights: Inbox) -> None:
    """Seven hours a day: 9 to 12 and 13 to 17. At night 22 to 6, every day. Answers in 2 h, next ones in 4 h, solved in
    14 h, a public word every 7 h; urgent ones are answered in half an hour and solved in 4 h."""
    clock.move_to(at(23, 8))
    days = [(day, opens * 60, closes * 60) for day in range(5) for opens, closes in ((9, 12), (13, 17))]
    office = save_hours(HoursDraft(name="Day", time_zone="Europe/Berlin", periods=days, country="DE", region="BE"))
    late = [(day, 22 * 60, 30 * 60) for day in range(7)]
    save_hours(HoursDraft(name="Night", time_zone="Europe/Berlin", periods=late, inbox_ids=[nights.pk]))
    targets = {(FIRST, "normal"): 2, (NEXT, "normal"): 4, (SOLVE, "normal"): 14, (UPDATE, "normal"): 7}
    urgent = {(FIRST, "urgent"): 0.5, (SOLVE, "urgent"): 4}
    save_policy(
        PolicyDraft(
            name="Golden",
            targets={key: round(hours * H) for key, hours in (targets | urgent).items()},
            hours=office,
            prefers_ticket_hours=True,
            warnings=({"percent": 50}, {"minutes_left": 15}),
            escalation=({"after_minutes": 60, "action": "notify_managers"},),
        )
    )


def due(ticket: Ticket) -> dict[str, datetime]:
    return {clock.metric: clock.due_at for clock in Clock.objects.filter(ticket=ticket, finished_at=None)}


def lengths(ticket: Ticket, kind: str) -> tuple[float | None, float | None, float | None, bool | None]:
    """Hours by the wall, by the calendar, by the promise; and whether that was kept."""
    fact = Fact.objects.standing().get(ticket=ticket, kind=kind)
    wall, business, counted = (
        None if seconds is None else seconds / H
        for seconds in (fact.wall_seconds, fact.business_seconds, fact.counted_seconds)
    )
    return wall, business, counted, fact.is_kept


def told(ticket: Ticket) -> list[tuple[str, str]]:
    events = TicketEvent.objects.filter(ticket=ticket, kind__startswith="SLA").order_by("seq")
    return [(event.kind, event.data["metric"]) for event in events]


def test_ticket_that_waits_for_the_customer_over_the_change_to_summer_time(
    shop: Inbox, mia: Agent, clock: time_machine.Traveller
) -> None:
    clock.move_to(at(23, 10))
    ticket = customer_writes(shop)
    # Monday has 2 + 4 hours left, Tuesday 7.
    assert due(ticket) == {FIRST: at(23, 12), SOLVE: at(25, 10), UPDATE: at(24, 10)}
    clock.move_to(at(23, 11))
    tick_clocks()
    assert told(ticket) == [("SLABreachNear", FIRST)]
    clock.move_to(at(23, 11, 30))
    agent_replies(ticket, mia)
    assert lengths(ticket, "first_response") == (1.5, 1.5, 1.5, True)
    # A word is owed 7 h after the last: half an hour before lunch, four after it, two and a half on Tuesday.
    assert due(ticket) == {SOLVE: at(25, 10), UPDATE: at(24, 11, 30)}
    clock.move_to(at(23, 14))
    changes.set_status(ticket, status="pending", actor=mia.as_actor())
    clock.move_to(at(26, 16))
    tick_clocks()
    assert len(told(ticket)) == 1, "what stands still neither warns nor breaks"
    customer_writes(shop, on=ticket)
    # 3 h of 14 were used, 1.5 h of 7. One hour of Thursday, Friday's seven, then Monday.
    assert due(ticket) == {NEXT: at(27, 12), SOLVE: at(30, 12), UPDATE: at(27, 14, 30)}
    clock.move_to(at(30, 9, 30))
    tick_clocks()
    agent_replies(ticket, mia)
    # Thursday 16:00 to Monday 9:30 is 89.5 h on the clock's face, and an hour less in truth.
    assert lengths(ticket, "next_response") == (88.5, 8.5, 8.5, False)
    late = Clock.objects.get(ticket=ticket, metric=NEXT)
    assert (late.breached_at, late.met_at) == (at(27, 12), at(30, 9, 30))
    clock.move_to(at(30, 11))
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    # Monday 6, Tuesday to Friday 7 each, Monday 2; of which the pause took 4 - 1, 7, 7 and 6.
    assert lengths(ticket, "resolution") == (168, 36, 13, True)
    assert due(ticket) == {}


def test_ticket_of_friday_evening_that_becomes_urgent(shop: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    clock.move_to(at(27, 16, 50))
    ticket = customer_writes(shop)
    assert due(ticket)[FIRST] == at(30, 10, 50)
    clock.move_to(at(27, 16, 55))
    changes.set_priority(ticket, priority="urgent", actor=mia.as_actor())
    # Half an hour from the customer's message: ten minutes on Friday, twenty on Monday. No word is promised any more at
    # this priority, but that which was promised stands.
    assert due(ticket) == {FIRST: at(30, 9, 20), SOLVE: at(30, 13, 50), UPDATE: at(30, 16, 50)}
    clock.move_to(at(30, 9, 19))
    agent_replies(ticket, mia)
    wall, business, counted, kept = lengths(ticket, "first_response")
    assert (round((wall or 0) * 60), round((business or 0) * 60), round((counted or 0) * 60), kept) == (
        3 * 1440 - 60 - (16 * 60 + 50) + 9 * 60 + 19,
        29,
        29,
        True,
    )


def test_ticket_before_easter_waits_for_tuesday(shop: Inbox, clock: time_machine.Traveller) -> None:
    clock.move_to(at(33, 16))
    ticket = customer_writes(shop)
    assert due(ticket)[FIRST] == at(38, 10)
    clock.move_to(at(37, 12))
    tick_clocks()
    # Half of the time had passed on Thursday at five.
    assert told(ticket) == [("SLABreachNear", FIRST)]


def test_night_shift_of_the_short_night(nights: Inbox, clock: time_machine.Traveller) -> None:
    clock.move_to(at(28, 23))
    ticket = customer_writes(nights)
    # Six hours until six, as one is missing; the other eight are Sunday's night.
    assert (due(ticket)[FIRST], due(ticket)[SOLVE]) == (at(29, 1), at(30, 6))
    clock.move_to(at(29, 1))
    tick_clocks()
    assert told(ticket) == [("SLABreached", FIRST)]
    # An hour after one o'clock it is three.
    assert Clock.objects.get(ticket=ticket, metric=FIRST).escalate_at == at(29, 3)


def test_reopened_ticket_is_promised_anew(shop: Inbox, mia: Agent, clock: time_machine.Traveller) -> None:
    clock.move_to(at(24, 9))
    ticket = customer_writes(shop)
    clock.move_to(at(24, 10))
    agent_replies(ticket, mia)
    changes.set_status(ticket, status="resolved", actor=mia.as_actor())
    assert lengths(ticket, "resolution") == (1, 1, 1, True)
    clock.move_to(at(25, 14))
    customer_writes(shop, on=ticket)
    # Wednesday three hours, Thursday seven, Friday four; the answer is owed in four, the word in seven.
    assert due(ticket) == {NEXT: at(26, 10), SOLVE: at(27, 14), UPDATE: at(26, 14)}
    assert lengths(ticket, "reopened")[:2] == (28, 10)
