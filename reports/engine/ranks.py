"""Exact percentiles by group without sorting: count lengths in narrow bands, then sort only the bands that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

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


def percentiles(lengths: Array, bands: Array, groups: Array, size: int, shares: Sequence[float]) -> dict[float, Array]:
    """For each share the percentile of every group, as percentile_cont tells it; NaN where a group has no length."""
    width, bands = _width(bands, size)
    cells = groups.astype(np.intp)
    cells *= width
    cells += bands
    counts = np.bincount(cells, minlength=size * width)
    # How many lengths there are up to the end of each cell, of all groups one after the other.
    ends = counts.cumsum()
    totals = np.diff(ends[width - 1 :: width], prepend=0)
    there = np.flatnonzero(totals)
    firsts = (np.cumsum(totals) - totals)[there]
    ranks = {share: share * (totals[there] - 1) for share in shares}
    wanted = [firsts + rounded(rank).astype(np.intp) for rank in ranks.values() for rounded in (np.floor, np.ceil)]
    values = iter(_at(wanted, lengths, cells, counts, ends))
    found = {}
    for share, rank in ranks.items():
        low, high = next(values), next(values)
        found[share] = np.full(size, np.nan)
        found[share][there] = low + (rank - np.floor(rank)) * (high - low)
    return found


def _at(ranks: Sequence[Array], lengths: Array, cells: Array, counts: Array, ends: Array) -> Iterator[Array]:
    """The lengths that have these ranks, if all were sorted by group and length."""
    homes = [np.searchsorted(ends, rank, side="right") for rank in ranks]
    is_home = np.zeros(len(counts), bool)
    for home in homes:
        is_home[home] = True
    facts = np.flatnonzero(is_home[cells])
    # Homes are few: their numbers are short, and short numbers are sorted in a moment.
    numbers = (np.cumsum(is_home) - 1).astype(np.min_scalar_type(max(int(is_home.sum()), 1)))
    values = lengths[facts]
    by_length = np.argsort(values)
    order = by_length[np.argsort(numbers[cells[facts]][by_length], kind="stable")]
    values = values[order]
    starts = np.cumsum(counts[is_home]) - counts[is_home]
    for rank, home in zip(ranks, homes, strict=True):
        yield values[starts[numbers[home]] + rank - (ends[home] - counts[home])]


def _width(bands: Array, size: int) -> tuple[int, Array]:
    """So many bands that the table of groups and bands stays small."""
    width, shift = BANDS, 0
    while width > 1 and width * size > _MOST_CELLS:
        width, shift = width // 2, shift + 1
    return width, bands >> shift if shift else bands
