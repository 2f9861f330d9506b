"""Two clocks run, one ticks; when it falls, the other takes over."""

import pytest

from helpdesk.beat import LockedScheduler
from helpdesk.celery import app
from tests.waiting import poll_until


@pytest.mark.django_db(transaction=True)
def test_second_beat_ticks_only_after_the_first_has_fallen() -> None:
    first, second = LockedScheduler(app=app, lazy=True), LockedScheduler(app=app, lazy=True)
    assert first.holds_lock()
    assert not second.holds_lock()
    assert first.holds_lock()

    first.close_lock()
    poll_until(second.holds_lock)
    assert not first.holds_lock()
    second.close_lock()


@pytest.mark.django_db(transaction=True)
def test_beat_whose_connection_is_cut_takes_the_lock_again() -> None:
    beat = LockedScheduler(app=app, lazy=True)
    assert beat.holds_lock()
    beat._lock_connection.close()
    assert not beat.holds_lock()
    poll_until(beat.holds_lock)
    beat.close_lock()
