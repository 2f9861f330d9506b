"""Which facts are about some tickets: by a table of ids or by a search, by bits or by a list, always the same."""

from __future__ import annotations

import random

import numpy as np
import pytest
from django.db import connection

from reports.engine import chosen
from reports.engine.chosen import Chosen, asked_once, chosen_of, condition_on, ids_of, is_among
from tickets.conditions import Pick


@pytest.mark.parametrize("largest_in_table", [0, 1 << 23])
@pytest.mark.parametrize("size", [0, 1, 40])
def test_facts_of_some_tickets_are_found_either_way(
    monkeypatch: pytest.MonkeyPatch, largest_in_table: int, size: int
) -> None:
    monkeypatch.setattr(chosen, "_MOST_IN_TABLE", largest_in_table)
    dice = random.Random(size)
    ids = np.array(sorted(dice.sample(range(1, 100), size)), dtype=np.int64)
    # 0 is a fact of no ticket; some tickets are newer than all that were chosen.
    facts = np.array([0, 1, 99, 100, 10_000, *dice.choices(range(120), k=500)], dtype=np.int64)
    assert is_among(facts, ids).tolist() == [ticket in set(ids.tolist()) for ticket in facts.tolist()]
    assert is_among(facts[:0], ids).tolist() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("few", "most_bits"), [(0, 1 << 24), (50, 1 << 24), (0, 0)])
def test_statement_and_columns_mean_the_same_tickets(monkeypatch: pytest.MonkeyPatch, few: int, most_bits: int) -> None:
    monkeypatch.setattr(chosen, "_FEW", few)
    monkeypatch.setattr(chosen, "_MOST_BITS", most_bits)
    tickets = [*range(1, 90), 1_000_000]
    with connection.cursor() as cursor:
        for number in range(40):
            dice = random.Random(number)
            asked = [_some(dice) for _ in range(dice.randrange(3))]
            sql, params = condition_on("x.id", asked)
            cursor.execute(
                f"SELECT x.id FROM unnest(%s::bigint[]) x(id) WHERE {sql}",
                [[None, *tickets], *params],
            )
            found = {pk for (pk,) in cursor.fetchall()}
            meant = np.logical_and.reduce([np.ones(90, bool), *(each.mask(np.array(tickets)) for each in asked)])
            assert found - {None} == {pk for pk, is_meant in zip(tickets, meant, strict=True) if is_meant}
            # What is about no ticket is about none of those asked for, nor about another one.
            assert (None in found) is not bool(asked)


@pytest.mark.django_db
def test_tickets_that_a_statement_gives_twice_are_one() -> None:
    found = ids_of("SELECT * FROM unnest(%s::bigint[])", [[7, 3, None, 7, 3, 12]])
    assert found.tolist() == [3, 7, 12]
    assert ids_of("SELECT 1::bigint WHERE %s", [False]).tolist() == []


@pytest.mark.django_db
def test_one_run_asks_once_for_the_tickets_of_all_its_figures() -> None:
    numbers = iter(range(1, 9))

    def picks() -> list[Pick]:
        return [Pick("SELECT %s", [next(numbers)])]

    with asked_once():
        assert [chosen_of(("gold",), picks)[0].ids.tolist() for _ in range(2)] == [[1], [1]]
        assert chosen_of(("silver",), picks)[0].ids.tolist() == [2]
    assert [chosen_of(("gold",), picks)[0].ids.tolist() for _ in range(2)] == [[3], [4]]


def _some(dice: random.Random) -> Chosen:
    ids = np.array(sorted(dice.sample(range(1, 80), dice.choice((0, 3, 60)))), dtype=np.int64)
    return Chosen(ids, is_without=dice.random() < 0.5)
