"""Exact percentiles by group without sorting: count lengths in narrow bands, then sort only the bands that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from reports.engine.groupings import Grouping
from reports.engine.layout import Array

# A band is as wide as a 64th of its lengths: the highest bits of a number tell its band.
_SHIFT = 52 - 6
_LOWEST = int(np.array([1.0]).view(np.int64)[0]) >> _SHIFT
BANDS = 32 * 64
_MOST_CELLS = 4_000_000


def bands_of(lengths: Array) -> Array:
    """The band of each length: rising with it. Whatever is below a second shares the lowest."""
    found = lengths.view(np.int64) >> _SHIFT
    found -= _LOWEST
    return np.clip(found, 0, BANDS - 1, out=found).astype(np.uint16)


def percentiles(
    lengths: Array, bands: Array, codes: Array, grouping: Grouping, shares: Sequence[float]
) -> dict[float, Array]:
    """For each share the percentile of every group, as percentile_cont tells it; NaN where a group has no length."""
    width, bands = _width(bands, grouping)
    places = codes.astype(np.intp)
    places *= width
    places += bands
    counts = grouping.of_groups(np.bincount(places, minlength=grouping.code_count * width).reshape(-1, width))
    totals = counts.sum(axis=1)
    there = np.flatnonzero(totals)
    firsts = (np.cumsum(totals) - totals)[there]
    ranks = {share: share * (totals[there] - 1) for share in shares}
    wanted = [firsts + rounded(rank).astype(np.intp) for rank in ranks.values() for rounded in (np.floor, np.ceil)]
    values = iter(_at(wanted, lengths, places, counts, grouping))
    found = {}
    for share, rank in ranks.items():
        low, high = next(values), next(values)
        found[share] = np.full(grouping.size, np.nan)
        found[share][there] = low + (rank - np.floor(rank)) * (high - low)
    return found


def _at(ranks: Sequence[Array], lengths: Array, places: Array, counts: Array, grouping: Grouping) -> Iterator[Array]:
    """The lengths that have these ranks, if all were sorted by group and length; `places` are those of the lengths in
    a table by code and band, `counts` tells how many there are of each group and band."""
    # How many lengths there are up to the end of each cell, of all groups one after the other.
    ends, counts_of = counts.cumsum(), counts.reshape(-1)
    homes = [np.searchsorted(ends, rank, side="right") for rank in ranks]
    is_home = np.zeros(len(ends), bool)
    for home in homes:
        is_home[home] = True
    facts, cells = _within(is_home.reshape(counts.shape), places, grouping)
    # Homes are few: their numbers are short, and short numbers are sorted in a moment.
    numbers = (np.cumsum(is_home) - 1).astype(np.min_scalar_type(max(int(is_home.sum()), 1)))
    values = lengths[facts]
    by_length = np.argsort(values)
    values = values[by_length[np.argsort(numbers[cells][by_length], kind="stable")]]
    starts = np.cumsum(counts_of[is_home]) - counts_of[is_home]
    for rank, home in zip(ranks, homes, strict=True):
        yield values[starts[numbers[home]] + rank - (ends[home] - counts_of[home])]


def _within(is_home: Array, places: Array, grouping: Grouping) -> tuple[Array, Array]:
    """The facts in the marked cells, by group and band, and the cell of each; a fact of several groups may be in
    several."""
    width = is_home.shape[1]
    facts = np.flatnonzero(grouping.of_codes(is_home).reshape(-1)[places])
    cells = places[facts]
    which, groups = grouping.groups(cells // width)
    if which is None:
        return facts, cells
    cells = groups * np.intp(width) + cells[which] % width
    there = is_home.reshape(-1)[cells]
    return facts[which][there], cells[there]


def _width(bands: Array, grouping: Grouping) -> tuple[int, Array]:
    """So many bands that the tables by group and by code stay small."""
    width, shift, size = BANDS, 0, max(grouping.code_count, grouping.size)
    while width > 1 and width * size > _MOST_CELLS:
        width, shift = width // 2, shift + 1
    return width, bands >> shift if shift else bands
