"""Customers who book at the same moment, on connections of their own."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection

from callbacks.models import Callback
from core.errors import Conflict
from people.models import Identity
from routing.selectors.callback_slots import free_slots
from routing.services.booking import Booking, book
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


def test_two_agents_are_booked_by_two_of_eight_customers_who_ask_at_once(callers: list[Ticket]) -> None:
    starts_at = free_slots(callers[0], count=1)[0].starts_at
    barrier = Barrier(len(callers))
    outcomes: list[str] = []

    def ask(number: int, ticket: Ticket) -> None:
        identity = Identity.objects.select_related("contact").get(contact=ticket.contact_id)
        barrier.wait()
        try:
            book(ticket, Booking(phone=f"+49 30 90182{number}", starts_at=starts_at), identity=identity)
            outcomes.append("booked")
        except Conflict:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [Thread(target=ask, args=given) for given in enumerate(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked"] * 2 + ["taken"] * 6
    assert Callback.objects.count() == 2
    assert free_slots(callers[0], count=1)[0].starts_at > starts_at
