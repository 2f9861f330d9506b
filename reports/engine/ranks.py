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
    ends = counts.reshape(size, width).cumsum(axis=1)
    there = np.flatnonzero(ends[:, -1])
    ranks = {share: share * (ends[there, -1] - 1) for share in shares}
    wanted = [rounded(rank).astype(np.intp) for rank in ranks.values() for rounded in (np.floor, np.ceil)]
    values = iter(_at(wanted, lengths, cells, counts, ends, there))
    found = {}
    for share, rank in ranks.items():
        low, high = next(values), next(values)
        found[share] = np.full(size, np.nan)
        found[share][there] = low + (rank - np.floor(rank)) * (high - low)
    return found


def _at(
    ranks: Sequence[Array], lengths: Array, cells: Array, counts: Array, ends: Array, groups: Array
) -> Iterator[Array]:
    """The lengths that have these ranks within the groups."""
    width = ends.shape[1]
    homes = [(ends[groups] <= rank[:, None]).sum(axis=1) + groups * width for rank in ranks]
    is_home = np.zeros(len(counts), bool)
    for home in homes:
        is_home[home] = True
    facts = np.flatnonzero(is_home[cells])
    order = np.lexsort((lengths[facts], cells[facts]))
    values, where = lengths[facts][order], cells[facts][order]
    before = ends.ravel() - counts
    for rank, home in zip(ranks, homes, strict=True):
        yield values[np.searchsorted(where, home) + rank - before[home]]


def _width(bands: Array, size: int) -> tuple[int, Array]:
    """So many bands that the table of groups and bands stays small."""
    width, shift = BANDS, 0
    while width > 1 and width * size > _MOST_CELLS:
        width, shift = width // 2, shift + 1
    return width, bands >> shift if shift else bands
