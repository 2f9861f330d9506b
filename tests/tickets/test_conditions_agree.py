"""Conditions in memory and in SQL say the same: of random conditions, and of every single fact there is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.tickets.crowd import AT, make_crowd, make_custom_fields, samples
from tickets.conditions import Occasion, checked, holds, picks_of, where
from tickets.conditions.facts import EventFact, Fact, MomentFact
from tickets.conditions.language import OPPOSITES
from tickets.conditions.registry import facts
from tickets.conditions.words import WITH_LIST
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

# A Sunday before dawn: nobody's office is open.
OFF_HOURS = AT + timedelta(days=6, hours=-8)


@pytest.fixture
def crowd(cast: Cast) -> list[Ticket]:
    make_custom_fields()
    return make_crowd(cast, 60)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_lists_and_reactions_agree_on_every_ticket(crowd: list[Ticket], data: st.DataObject) -> None:
    conditions = data.draw(some_conditions())
    checked(conditions)
    agreed(conditions, [Occasion(ticket, at=AT) for ticket in crowd], AT)


def test_every_fact_tells_tickets_apart_alike_in_lists_and_reactions(crowd: list[Ticket]) -> None:
    """A new fact is tried by itself; where nothing in the crowd differs by it, nothing is proved of it."""
    unproved = [fact.key for fact in facts(listable_only=True) if not _tells_apart(fact, crowd[:30])]
    assert not unproved, "Let tests/tickets/crowd.py make tickets that differ by these, and name values in samples()"


def test_only_facts_of_an_event_are_kept_from_lists() -> None:
    hidden = [fact for fact in facts() if not fact.is_listable]
    assert hidden
    assert all(isinstance(fact, EventFact) for fact in hidden), "A fact of the ticket itself must have a filter, too"


def _tells_apart(fact: Fact, crowd: list[Ticket]) -> bool:
    """Every operator with every value; the facts of the moment at two moments."""
    answers = set()
    for at in (AT, OFF_HOURS) if isinstance(fact, MomentFact) else (AT,):
        occasions = [Occasion(ticket, at=at) for ticket in crowd]
        for test in _tests_of(fact):
            found = agreed(test, occasions, at)
            if test["op"] != "is_set":
                answers |= {ticket.pk in found for ticket in crowd}
    return answers == {True, False}


def _tests_of(fact: Fact) -> list[dict[str, Any]]:
    values = list(samples(fact))
    tests = []
    for op in fact.kind.operators:
        if op in OPPOSITES:
            continue
        wanted: list[Any] = [None] if op == "is_set" else [values[:1], values] if op in WITH_LIST else values
        tests += [{"fact": fact.key, "op": op, "value": value} for value in wanted]
    return tests


def agreed(conditions: dict[str, Any], occasions: list[Occasion], at: datetime) -> set[int]:
    """The tickets of which they hold, after all ways were seen to agree."""
    here = [occasion.ticket.pk for occasion in occasions]
    listed = set(Ticket.objects.filter(where(conditions, at=at), pk__in=here).values_list("pk", flat=True))
    assert listed == {occasion.ticket.pk for occasion in occasions if holds(conditions, occasion)}, conditions
    picks = picks_of(conditions, at=at)
    parts = [f"t.id {'NOT IN' if pick.is_without else 'IN'} ({pick.sql})" for pick in picks]
    params = [value for pick in picks for value in pick.params]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id FROM tickets_ticket t WHERE {' AND '.join(parts)}", params)
        assert {pk for (pk,) in cursor.fetchall()} & set(here) == listed, conditions
    return listed


@st.composite
def some_conditions(draw: st.DrawFn, depth: int = 0) -> dict[str, Any]:
    if depth and (depth > 3 or draw(st.booleans())):
        return draw(some_test())
    groups = draw(st.sets(st.sampled_from(["all", "any", "none"]), max_size=2))
    return {group: draw(st.lists(some_conditions(depth=depth + 1), max_size=3)) for group in sorted(groups)}


@st.composite
def some_test(draw: st.DrawFn) -> dict[str, Any]:
    fact = draw(st.sampled_from(facts(listable_only=True)))
    op = draw(st.sampled_from(fact.kind.operators))
    one = st.sampled_from(list(samples(fact)))
    value: Any = None
    if OPPOSITES.get(op, op) != "is_set":
        value = draw(st.lists(one, min_size=1, max_size=3)) if op in WITH_LIST else draw(one)
    return {"fact": fact.key, "op": op, "value": value}
