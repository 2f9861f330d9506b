"""Customers who book at the same moment, on connections of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle, pairwise
from threading import Barrier, Thread

import pytest
from django.db import connection

from callbacks.models import Callback
from core.errors import Conflict
from people.models import Identity
from routing.selectors.callback_slots import free_slots
from routing.services.booking import Booking, book
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tickets.inbound import Sender
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def callers() -> list[Ticket]:
    """Eight customers with a ticket each; two agents could call."""
    inbox = an_inbox(default_team=a_team("Front", an_agent("Ada One"), an_agent("Bob Two")))
    senders = (Sender(kind="email", value=f"eva{number}@customer.example", name="Eva") for number in range(8))
    return [customer_writes(inbox, sender=sender) for sender in senders]


def a_free_time(ticket: Ticket) -> datetime:
    """Not the very next one, which may be over before it is asked for."""
    return free_slots(ticket, count=2)[1].starts_at


def all_at_once(wishes: Sequence[tuple[Ticket, str]], *times: datetime, is_by_stranger: bool = False) -> list[str]:
    """Each wish from a thread and a connection of its own; what came of them, sorted."""
    barrier = Barrier(len(wishes))
    outcomes: list[str] = []

    def ask(ticket: Ticket, phone: str, starts_at: datetime) -> None:
        identity = Identity.objects.get(contact=ticket.contact_id)
        wish = Booking(phone=phone, starts_at=starts_at, is_by_stranger=is_by_stranger)
        barrier.wait()
        try:
            outcomes.append(f"call {book(ticket, wish, identity=identity).pk}")
        except Conflict:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(*wish, at)) for wish, at in zip(wishes, cycle(times), strict=False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_two_agents_are_booked_by_two_of_eight_customers_who_ask_at_once(callers: list[Ticket]) -> None:
    starts_at = a_free_time(callers[0])
    outcomes = all_at_once([(ticket, f"+49 30 90182{n}") for n, ticket in enumerate(callers)], starts_at)
    assert (len(set(outcomes)), outcomes[2:]) == (3, ["taken"] * 6)
    assert Callback.objects.count() == 2
    assert starts_at not in {slot.starts_at for slot in free_slots(callers[0], count=4)}


def test_eight_strangers_at_once_book_half_of_the_day_and_no_more(callers: list[Ticket]) -> None:
    """Two agents, two half hours a day: four calls, two of them for strangers."""
    daily = [(day, 9 * 60, 10 * 60) for day in range(7)]
    save_hours(HoursDraft(name="Short", time_zone="UTC", periods=daily, inbox_ids=[callers[0].inbox_id]))
    # Of five the last two or the two before are a whole day.
    slots = [slot.starts_at for slot in free_slots(callers[0], count=5)]
    day = next(pair for pair in pairwise(slots[2:]) if pair[0].date() == pair[1].date())
    wishes = [(ticket, f"+49 30 90182{n}") for n, ticket in enumerate(callers)]
    assert all_at_once(wishes, *day, is_by_stranger=True)[2:] == ["taken"] * 6
    assert Callback.objects.filter(is_by_stranger=True).count() == 2
    free = {slot.starts_at: slot.free for slot in free_slots(callers[0], count=6)}
    assert sum(free.get(at, 0) for at in day) == 2, "the rest is for whom we know"


def test_customer_who_sends_the_same_wish_four_times_at_once_has_one_call(callers: list[Ticket]) -> None:
    starts_at = a_free_time(callers[0])
    assert all_at_once([(callers[0], "+49 30 901820")] * 4, starts_at) == [f"call {Callback.objects.get().pk}"] * 4
