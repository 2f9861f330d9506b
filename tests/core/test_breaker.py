"""The breaker: five failures in a row close a door for a while, then one tries for all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from core import breaker


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_door_closes_after_five_failures_and_one_tries_after_the_pause() -> None:
    for _ in range(breaker.FAILURES - 1):
        breaker.failed("door")
        assert not breaker.is_open("door")
    breaker.failed("door")
    assert breaker.is_open("door")
    assert not breaker.is_open("another door")
    cache.delete(breaker._trying("door"))  # the pause is over
    assert not breaker.is_open("door"), "the first may try"
    assert breaker.is_open("door"), "the others wait for them"
    breaker.worked("door")
    assert not breaker.is_open("door")


def test_success_begins_the_count_anew() -> None:
    for _ in range(breaker.FAILURES - 1):
        breaker.failed("door")
    breaker.worked("door")
    breaker.failed("door")
    assert not breaker.is_open("door")
