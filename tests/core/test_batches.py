"""Batches of due rows: one that fails holds up no other, and whoever is out of time begins with no other."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import QuerySet

from core.batches import do_batch, stop_if_out_of_time
from people.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def due() -> QuerySet[Team]:
    for name in ("one", "two", "three"):
        Team.objects.create(name=name)
    return Team.objects.filter(name__in=["one", "two", "three"]).order_by("pk")


@pytest.mark.parametrize(("broken", "done"), [("", ["one two three"]), ("two", ["one", "three"])])
def test_row_that_fails_holds_up_no_other(due: QuerySet[Team], broken: str, done: list[str]) -> None:
    told: list[str] = []

    def tell(rows: QuerySet[Team]) -> int:
        names = [team.name for team in rows[:5]]
        if broken in names:
            raise RuntimeError("A broken row")
        told.append(" ".join(names))
        return len(names)

    assert do_batch(due, tell, size=5) == len(" ".join(done).split())
    assert sorted(told) == done


def test_rows_that_fail_for_good_do_not_keep_the_rest_waiting(due: QuerySet[Team]) -> None:
    told: set[str] = set()

    def tell(rows: QuerySet[Team]) -> int:
        (team,) = rows[:1]
        if team.name != "three":
            raise RuntimeError("A broken row")
        told.add(team.name)
        return 1

    for _tick in range(100):  # nobody is that unlucky
        do_batch(due, tell, size=1)
    assert told == {"three"}


def test_whoever_is_out_of_time_begins_with_no_other_row(due: QuerySet[Team]) -> None:
    asked: list[int] = []

    def tell(rows: QuerySet[Team]) -> int:
        asked.append(len(rows))
        raise SoftTimeLimitExceeded if len(asked) == 2 else RuntimeError("A broken row")

    with pytest.raises(SoftTimeLimitExceeded):
        do_batch(due, tell, size=5)
    assert asked == [3, 1]


def test_whoever_catches_everything_still_stops_when_out_of_time() -> None:
    stop_if_out_of_time(RuntimeError("A broken row"))
    with pytest.raises(SoftTimeLimitExceeded):
        stop_if_out_of_time(SoftTimeLimitExceeded())
