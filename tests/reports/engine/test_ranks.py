"""Percentiles by group equal those of all lengths of each group, sorted."""

from __future__ import annotations

import numpy as np
import pytest

from reports.engine import ranks
from reports.engine.groupings import Grouping
from reports.engine.layout import Array
from reports.engine.ranks import bands_of, percentiles

SHARES = (0.0, 0.5, 0.9, 1.0)
# As many cells as there are, and so few that bands are wide, down to one for all lengths.
CELLS = (ranks._MOST_CELLS, 600, 8)


@pytest.mark.parametrize("most", CELLS)
@pytest.mark.parametrize("are_many", [False, True])
def test_percentiles_of_groups_equal_those_of_sorted_lengths(
    most: int, are_many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranks, "_MOST_CELLS", most)
    dice = np.random.default_rng(5)
    for count in (0, 1, 2, 40, 3000):
        lengths = np.where(
            dice.random(count) < 0.5, dice.lognormal(7, 2, count), dice.choice([300.0, 0.0, -1.0], count)
        )
        grouping = _grouping(dice, are_many)
        codes = dice.integers(0, grouping.code_count - (not are_many), count).astype(np.uint8)
        found = percentiles(lengths, bands_of(lengths), codes, grouping, SHARES)
        for group in range(grouping.size):
            there = lengths[_belongs(grouping, codes, group)]
            for share in SHARES:
                expected = np.quantile(there, share) if len(there) else np.nan
                assert found[share][group] == pytest.approx(expected, nan_ok=True), (count, group, share)


def _grouping(dice: np.random.Generator, are_many: bool) -> Grouping:
    """Of seven groups, of which the last has no facts; or of lists of up to three of them, of which some are empty."""
    if not are_many:
        return Grouping({}, range(7))
    lists = [dice.choice(6, size=dice.integers(0, 4), replace=False) for _ in range(30)]
    return Grouping({}, range(7), np.concatenate(lists).astype(np.uint8), np.array([len(each) for each in lists]))


def _belongs(grouping: Grouping, codes: Array, group: int) -> Array:
    if grouping.sizes is None or grouping.members is None:
        return np.equal(codes, group)
    lists = np.split(grouping.members, np.cumsum(grouping.sizes)[:-1])
    return np.array([group in lists[code] for code in codes], bool)
