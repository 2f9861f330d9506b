"""The journal for integrators: an event of a slow transaction is never overtaken by one with a later id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from api.views import desk
from tests.api.conftest import Caller
from tests.cast import Cast, new_ticket
from tickets.models import Ticket
from tickets.services import changes

pytestmark = pytest.mark.django_db(transaction=True)


class SlowWriter(Thread):
    """Changes a ticket, and commits only when it is let go."""

    def __init__(self, ticket: Ticket, cast: Cast) -> None:
        super().__init__(daemon=True)
        self.ticket, self.cast = ticket, cast
        self.has_written, self.may_commit = Event(), Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                changes.set_priority(self.ticket, priority="high", actor=self.cast.ana.as_actor())
                self.has_written.set()
                self.may_commit.wait(60)
        finally:
            connection.close()


@pytest.fixture
def slow_writer(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowWriter]:
    monkeypatch.setattr(desk, "SETTLED", timedelta(0))
    writer = SlowWriter(new_ticket(cast.mail), cast)
    yield writer
    writer.may_commit.set()
    writer.join()


def test_integrator_waits_for_a_slow_transaction_and_misses_nothing(
    cast: Cast, as_ana: Caller, slow_writer: SlowWriter
) -> None:
    other = new_ticket(cast.mail)
    _, before = as_ana.get("events/?limit=100")
    last = before["results"][-1]["id"]
    slow_writer.start()
    assert slow_writer.has_written.wait(60)
    changes.set_priority(other, priority="urgent", actor=cast.ana.as_actor())
    assert as_ana.get(f"events/?after={last}")[1]["results"] == []
    slow_writer.may_commit.set()
    slow_writer.join()
    _, page = as_ana.get(f"events/?after={last}")
    assert [event["data"]["after"] for event in page["results"]] == ["high", "urgent"]
