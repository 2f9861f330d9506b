"""Counts facts by place in a table, a stretch at a time: what is worked with stays in the processor's own memory."""

from __future__ import annotations

import numpy as np

from reports.engine.layout import Array

_STRETCH = 1 << 16


def counted(codes: Array, width: int, inner: Array | int, size: int) -> Array:
    """How many facts stand at each place `code * width + inner` of so many."""
    counts = np.zeros(size, np.intp)
    places = np.empty(min(_STRETCH, len(codes)), np.intp)
    for start in range(0, len(codes), _STRETCH):
        some = codes[start : start + _STRETCH]
        there = places[: len(some)]
        np.multiply(some, width, out=there, dtype=np.intp)
        there += inner if isinstance(inner, int) else inner[start : start + _STRETCH]
        counts += np.bincount(there, minlength=size)
    return counts
