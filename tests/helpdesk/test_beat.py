"""Two clocks run, one ticks; when it falls, the other takes over. It goes on when the machine's clock is set."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery.schedules import schedule

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


@pytest.mark.parametrize("set_by", [timedelta(hours=-1), timedelta(hours=1)])
def test_beat_goes_on_when_the_clock_of_the_machine_is_set(set_by: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(LockedScheduler, "holds_lock", lambda _: True)
    monkeypatch.setattr(LockedScheduler, "apply_entry", lambda _, entry, **__: asked.append(entry.name))
    at = datetime(2026, 6, 4, 12, tzinfo=UTC)
    with time_machine.travel(at, tick=False) as clock:
        beat = LockedScheduler(app=app, lazy=True)
        beat.schedule = {"often": _every(beat, 1.0), "seldom": _every(beat, 30.0)}
        for moment in (at, at + set_by):
            asked.clear()
            clock.move_to(moment)
            for _ in range(40):
                while not beat.tick():
                    continue
                clock.shift(timedelta(seconds=1))
            assert asked.count("often") >= 35
            assert asked.count("seldom") >= 1


def _every(beat: LockedScheduler, seconds: float) -> Any:
    return beat.Entry(name="often" if seconds < 2 else "seldom", task="none", schedule=schedule(seconds), app=app)
