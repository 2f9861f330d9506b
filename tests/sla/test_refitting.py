"""Edited policies reach every open ticket, also when the task got lost, died on the way, or another edit came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clock import now
from core.events.bus import publish, unit_of_work
from core.events.catalogue import PromisesChanged
from sla import tasks
from sla.models import Refit
from sla.services import policies, refitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(tasks.apply_policies, "delay", found.append)
    return found


def edit() -> None:
    with unit_of_work():
        publish(PromisesChanged())


def time_passes() -> None:
    Refit.objects.update(due_at=now() - timedelta(seconds=1))


def test_lost_task_is_asked_for_again_once(asked: list[int]) -> None:
    edit()
    tasks.sweep_policies()
    assert asked == []  # its own task is on the way
    time_passes()
    for _ in range(2):
        tasks.sweep_policies()
    assert asked == [0]
    tasks.apply_policies()
    time_passes()
    tasks.sweep_policies()
    assert asked == [0]
    assert not Refit.objects.exists()


def test_walk_that_died_goes_on_where_it_was(asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    edit()
    positions: list[Any] = [200, 400, RuntimeError("killed")]

    def step(*, after_ticket_id: int) -> int | None:
        result = positions.pop(0)
        if isinstance(result, Exception):
            raise result
        return int(result)

    monkeypatch.setattr(policies, "apply_policies", step)
    with pytest.raises(RuntimeError):
        tasks.apply_policies()
    time_passes()
    tasks.sweep_policies()
    assert asked == [400]


def test_edit_in_the_middle_begins_anew_and_the_older_walk_does_not_end_it() -> None:
    edit()
    older = refitting.present_round()
    refitting.note(200, of_round=older)
    edit()
    refitting.note(400, of_round=older)
    refitting.note(None, of_round=older)
    assert Refit.objects.get().after_ticket_id == 0
