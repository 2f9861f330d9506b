"""Which facts are of some tickets: by a table of ids, and by a search where ids are too large for one."""

from __future__ import annotations

import random

import numpy as np
import pytest

from reports.engine import rows


@pytest.mark.parametrize("largest_in_table", [0, 1 << 23])
@pytest.mark.parametrize("size", [0, 1, 40])
def test_facts_of_some_tickets_are_found_either_way(
    monkeypatch: pytest.MonkeyPatch, largest_in_table: int, size: int
) -> None:
    monkeypatch.setattr(rows, "_MOST_IN_TABLE", largest_in_table)
    dice = random.Random(size)
    chosen = np.array(sorted(dice.sample(range(1, 100), size)), dtype=np.int64)
    # 0 is a fact of no ticket; some tickets are newer than all that were chosen.
    facts = np.array([0, 1, 99, 100, 10_000, *dice.choices(range(120), k=500)], dtype=np.int64)
    assert rows.is_among(facts, chosen).tolist() == [ticket in set(chosen.tolist()) for ticket in facts.tolist()]
    assert rows.is_among(facts[:0], chosen).tolist() == []


@pytest.mark.django_db
def test_tickets_that_a_statement_gives_twice_are_one() -> None:
    found = rows.ids_of("SELECT * FROM unnest(%s::bigint[])", [[7, 3, None, 7, 3, 12]])
    assert found.tolist() == [3, 7, 12]
    assert rows.ids_of("SELECT 1::bigint WHERE %s", [False]).tolist() == []
