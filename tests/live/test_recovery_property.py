"""Property: whatever becomes of the hints (lost, doubled, late, out of order) and of the lines (cut, back again), a
screen that has caught up shows what the server has, in its list and in its open ticket."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks

from core.push import Hint
from tests.cast import Cast, new_ticket
from tests.live.screen import Screen
from tests.live.test_recovery import hints as hints
from tests.live.test_recovery import something_happens
from tickets.models import Ticket
from tickets.selectors.timeline import entries_after, news_until, retracted_after, timeline

pytestmark = pytest.mark.django_db
WHO = ("ana", "cleo", "mona")

# What happens: a change (by the seed of its dice), or the line of one of the three screens is cut or comes back.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.integers(0, 999)),
        st.tuples(st.sampled_from(["cut", "back", "question"]), st.integers(0, len(WHO) - 1)),
    ),
    min_size=4,
    max_size=14,
)
FATES = st.lists(st.sampled_from(["arrives", "arrives", "lost", "twice", "late"]), min_size=1, max_size=30)


@dataclass
class OpenTicket:
    """The timeline of one ticket as a window keeps it: entries by what they are, and the seq that it has got to."""

    ticket_id: int
    seq: int = 0
    shown: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> None:
        """The answer to `after/SEQ/`: new entries, changed ones in their place, and what was taken back."""
        ticket = Ticket.objects.get(pk=self.ticket_id)
        while self.seq < ticket.last_seq:
            self.shown.update(dict(map(_drawn, entries_after(ticket, self.seq))))
            for pk in retracted_after(ticket, self.seq):
                self.shown.pop(f"message {pk}", None)
            self.seq = news_until(ticket, self.seq)

    def truth(self) -> dict[str, Any]:
        return dict(map(_drawn, timeline(Ticket.objects.get(pk=self.ticket_id), size=10_000).entries))


@dataclass
class Seat:
    """A screen with its line: a list, an open ticket, and what is still on its way."""

    screen: Screen
    opened: OpenTicket
    is_connected: bool = True
    late: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, frame: dict[str, Any]) -> None:
        self.screen.apply(frame)
        if frame["ticket"] == self.opened.ticket_id and frame["seq"] > self.opened.seq and not frame.get("gone"):
            self.opened.ask()

    def catch_up(self) -> None:
        """On every greeting, and when a window comes to the front."""
        self.is_connected = True
        self.screen.catch_up()
        self.opened.ask()

    def is_told(self, hint: Hint, fate: str) -> None:
        if not self.is_connected or fate == "lost" or not self.screen.hears(hint.topics, hint.unless):
            return
        if fate == "late":
            # Out of order: before what else is late.
            self.late.insert(0, dict(hint.frame))
            return
        for _ in range(2 if fate == "twice" else 1):
            self.hear(dict(hint.frame))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, fates=FATES)
def test_screen_that_has_caught_up_shows_what_the_server_has(
    cast: Cast,
    hints: list[Hint],
    steps: list[tuple[str, int]],
    fates: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with transaction.atomic():
        hints.clear()
        opened = new_ticket(cast.mail)
        seats = [Seat(Screen(getattr(cast, name)), OpenTicket(opened.pk)) for name in WHO]
        for seat in seats:
            seat.screen.load()
            seat.opened.ask()
        fate = cycle(fates)
        for what, number in steps:
            if what == "change":
                with django_capture_on_commit_callbacks(execute=True):
                    something_happens(random.Random(number), cast)
                for hint in hints:
                    for seat in seats:
                        seat.is_told(hint, next(fate))
                hints.clear()
            elif what == "cut":
                seats[number].is_connected = False
            else:
                seats[number].catch_up()
        for seat in seats:
            seat.catch_up()
            # What was late arrives after the truth, and does it no harm.
            for frame in seat.late:
                seat.hear(frame)
            assert seat.screen.rows == seat.screen.truth(), seat.screen.agent.name
            assert seat.opened.shown == seat.opened.truth(), seat.screen.agent.name
        transaction.set_rollback(True)


def _drawn(entry: Any) -> tuple[str, Any]:
    if entry.message is not None:
        return f"message {entry.message.pk}", (entry.seq, entry.message.text, entry.message.delivery)
    return f"event {entry.event.pk}", (entry.seq, entry.event.kind)
