"""However hints are lost, doubled and shuffled, a screen that has caught up shows what a fresh one would."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from core.clock import now
from core.errors import Invalid, NotAllowed
from core.push import Hint
from live.changes import MOST_EVENTS, changes_since, newest_cursor
from people.models import Agent
from routing.selectors.situation import situation
from tests.cast import Cast, new_ticket, receive
from tests.live.screen import Screen
from tickets.models import Status, Ticket, TicketEvent
from tickets.services import changes, messages

CHANGES = 60


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[Hint]:
    """What would have been pushed."""
    sent: list[Hint] = []
    # Only frames of tickets: a list does not listen to bells and availabilities.
    monkeypatch.setattr(
        "live.subscribers.publish_all",
        lambda hints: sent.extend(hint for hint in hints if hint.frame["type"] == "ticket.changed"),
    )
    return sent


def something_happens(dice: random.Random, cast: Cast) -> None:
    """One change of one ticket by someone who may make it."""
    if dice.random() < 0.2 or not Ticket.objects.exists():
        receive(dice.choice([cast.mail, cast.legal_mail]), f"letter {dice.random()}")
        return
    ticket = dice.choice(list(Ticket.objects.select_related("inbox", "team")))
    actor = cast.ada.as_actor()
    choices: list[Callable[[], object]] = [
        lambda: changes.set_status(ticket, status=dice.choice(Status.values), actor=actor),
        lambda: changes.assign_team(ticket, team=dice.choice([cast.support, cast.legal, None]), actor=actor),
        lambda: changes.assign(ticket, agent=dice.choice([cast.ana, cast.cleo, cast.mona, None]), actor=actor),
        lambda: changes.add_tags(ticket, tags=[dice.choice("abc")], actor=actor),
        lambda: changes.snooze(ticket, until=now() + timedelta(days=1), actor=actor),
        lambda: messages.add_note(ticket, text="a note", actor=actor),
    ]
    with suppress(NotAllowed, Invalid):
        dice.choice(choices)()


@pytest.mark.parametrize("seed", range(4))
def test_screen_equals_a_fresh_one_after_lost_doubled_and_shuffled_hints(
    cast: Cast,
    hints: list[Hint],
    seed: int,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    dice = random.Random(seed)
    screens = [Screen(agent) for agent in (cast.ana, cast.cleo, cast.mona)]
    for screen in screens:
        screen.load()
    late: list[Hint] = []
    for _ in range(CHANGES):
        with django_capture_on_commit_callbacks(execute=True):
            something_happens(dice, cast)
        arriving, hints[:] = [*late, *hints], []
        late = [hint for hint in arriving if dice.random() < 0.05]
        for hint in arriving:
            for screen in screens:
                if hint in late or not screen.hears(hint.topics, hint.unless) or dice.random() < 0.1:
                    continue
                for _ in range(2 if dice.random() < 0.1 else 1):
                    screen.apply(dict(hint.frame))
        if dice.random() < 0.1:
            dice.choice(screens).catch_up()
    for screen in screens:
        screen.catch_up()
        assert screen.rows == screen.truth(), screen.agent.name


def test_screen_follows_by_hints_alone_when_none_is_lost(
    cast: Cast, hints: list[Hint], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Replay: the old screen with the frames applied equals a new one, after every single change."""
    dice = random.Random(99)
    screens = [Screen(agent) for agent in (cast.ana, cast.cleo, cast.mona)]
    for _ in range(CHANGES):
        for screen in screens:
            screen.load()
        with django_capture_on_commit_callbacks(execute=True):
            something_happens(dice, cast)
        for hint in hints:
            for screen in screens:
                if screen.hears(hint.topics, hint.unless):
                    screen.apply(dict(hint.frame))
        hints.clear()
        for screen in screens:
            assert screen.rows == screen.truth(), screen.agent.name


def test_slow_transaction_behind_the_cursor_is_still_found(cast: Cast) -> None:
    first, second = new_ticket(cast.mail), new_ticket(cast.mail)
    assert {change["ticket"] for change in changes_since(cast.ana, newest_cursor()).tickets} == {first.pk, second.pk}
    TicketEvent.objects.filter(ticket=first).update(at=now() - timedelta(hours=1))
    assert {change["ticket"] for change in changes_since(cast.ana, newest_cursor()).tickets} == {second.pk}


def test_screen_that_was_away_too_long_is_told_to_load_anew(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    new_ticket(cast.mail)
    end = newest_cursor()
    for since in (end + 1, end - MOST_EVENTS - 1):
        found = changes_since(cast.ana, since)
        assert (found.is_reset, found.cursor, found.tickets) == (True, end, [])
    monkeypatch.setattr("live.changes.MOST_TICKETS", 0)
    assert changes_since(cast.ana, end - 1).is_reset


@pytest.mark.usefixtures("young_journal")
def test_answer_holds_no_ticket_that_the_agent_may_not_see(cast: Cast) -> None:
    start = newest_cursor()
    secret = new_ticket(cast.legal_mail, "canary", subject="canary")
    mine = new_ticket(cast.mail)
    assert "canary" not in str(changes_since(cast.ana, start))
    assert [change["ticket"] for change in changes_since(cast.ana, start).tickets] == [mine.pk]
    assert {change["ticket"] for change in changes_since(cast.cleo, start).tickets} == {secret.pk, mine.pk}


def test_ticket_that_left_the_agents_sight_is_named_without_its_row(cast: Cast) -> None:
    ticket = new_ticket(cast.mail, subject="moves to legal")
    start = newest_cursor()
    TicketEvent.objects.update(at=now() - timedelta(hours=1))
    changes.assign_team(ticket, team=cast.legal, actor=cast.ada.as_actor())
    (gone,) = changes_since(cast.ana, start).tickets
    assert gone == {"ticket": ticket.pk, "seq": gone["seq"], "gone": True}
    assert gone["seq"] > ticket.last_seq


@pytest.mark.usefixtures("young_journal")
def test_number_of_questions_does_not_grow_with_the_changes(
    cast: Cast, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    start = newest_cursor()
    for number in range(12):
        new_ticket(cast.mail if number % 2 else cast.legal_mail, f"letter {number}")
    situation()  # why tickets wait is looked at once in ten seconds
    with django_assert_max_num_queries(9):
        assert len(changes_since(Agent.objects.get(pk=cast.ana.pk), start).tickets) == 6
