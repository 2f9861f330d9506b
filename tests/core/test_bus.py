"""Who is told, when, and what a failure does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection

from core.db import defer, defer_once
from core.events import bus
from core.events.catalogue import TICKET_EVENTS, AgentAvailabilityChanged
from people.models import Organization


def _event(agent_id: int = 1) -> AgentAvailabilityChanged:
    return AgentAvailabilityChanged(agent_id=agent_id, before="away", after="busy")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Only our own listener, which writes down the batches that it gets."""
    batches: list[list[int]] = []

    def listen(events: Sequence[AgentAvailabilityChanged]) -> None:
        batches.append([event.agent_id for event in events])

    monkeypatch.setitem(bus._after, AgentAvailabilityChanged, [listen])
    monkeypatch.setitem(bus._within, AgentAvailabilityChanged, [])
    return batches


@pytest.mark.django_db(transaction=True)
def test_after_handlers_get_one_batch_per_unit(heard: list[list[int]]) -> None:
    with bus.unit_of_work():
        bus.publish(_event(1))
        with bus.unit_of_work():
            bus.publish(_event(2))
        assert heard == []
    assert heard == [[1, 2]]


@pytest.mark.django_db(transaction=True)
def test_rolled_back_unit_tells_nobody(heard: list[list[int]]) -> None:
    with bus.unit_of_work():
        bus.publish(_event(1))
        with pytest.raises(ZeroDivisionError), bus.unit_of_work():
            bus.publish(_event(2))
            raise ZeroDivisionError
    assert heard == [[1]]


@pytest.mark.django_db(transaction=True)
def test_failing_after_handler_does_not_reach_the_writer(
    heard: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(events: Sequence[AgentAvailabilityChanged]) -> None:
        raise RuntimeError("push is down")

    bus._after[AgentAvailabilityChanged].insert(0, fails)
    with bus.unit_of_work():
        bus.publish(_event())
    assert heard == [[1]]


@pytest.mark.django_db(transaction=True)
def test_failing_within_handler_undoes_the_change(heard: list[list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(event: AgentAvailabilityChanged) -> None:
        raise RuntimeError("the clock is broken")

    monkeypatch.setitem(bus._within, AgentAvailabilityChanged, [fails])
    with pytest.raises(RuntimeError), bus.unit_of_work():
        Organization.objects.create(name="Acme")
        bus.publish(_event())
    assert not Organization.objects.exists()
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_deferred_statements_leave_with_the_unit_in_one_trip() -> None:
    statement = (
        "INSERT INTO people_organization (name, domains, notes, created_at) VALUES (%s, '{}', '', now())",
        ["A"],
    )
    with bus.unit_of_work():
        defer(statement)
        assert not Organization.objects.exists()
        defer(statement)
    assert Organization.objects.count() == 2
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_statement_deferred_once_leaves_once_however_many_ask_for_it() -> None:
    add = (
        "INSERT INTO people_organization (name, domains, notes, created_at) VALUES (%s, '{}', '', now())",
        ["Once"],
    )
    with bus.unit_of_work():
        for _ in range(3):
            defer_once(add)
    assert Organization.objects.filter(name="Once").count() == 1


@pytest.mark.django_db(transaction=True)
def test_part_that_fails_takes_the_whole_unit_along() -> None:
    with pytest.raises(RuntimeError), bus.unit_of_work():
        Organization.objects.create(name="Whole")
        with bus.unit_of_work(is_part=True):
            Organization.objects.create(name="Part")
            raise RuntimeError("the part failed")
    assert not Organization.objects.filter(name__in=["Whole", "Part"]).exists()


@pytest.mark.django_db(transaction=True)
def test_deferred_statements_of_a_failed_unit_are_dropped() -> None:
    statement = (
        "INSERT INTO people_organization (name, domains, notes, created_at) VALUES (%s, '{}', '', now())",
        ["A"],
    )
    with bus.unit_of_work(), pytest.raises(ZeroDivisionError), bus.unit_of_work():
        defer(statement)
        raise ZeroDivisionError
    assert not Organization.objects.exists()


def test_catalogue_lists_every_ticket_event_once() -> None:
    assert len(TICKET_EVENTS) > 20
    assert {kind.key() for kind in TICKET_EVENTS.values()} == set(TICKET_EVENTS)
