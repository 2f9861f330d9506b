"""Counts facts by place in a table, a stretch at a time: what is worked with stays in the processor's own memory."""

from __future__ import annotations

import numpy as np

from reports.engine.layout import Array

_STRETCH = 1 << 16


def counted(codes: Array, width: int, inner: Array, size: int) -> Array:
    """How many facts stand at each place `code * width + inner` of so many."""
    counts = np.zeros(size, np.intp)
    # Of a large table more at once: it is gone through after each stretch.
    stretch = max(_STRETCH, size)
    for start in range(0, len(codes), stretch):
        there = placed(codes[start : start + stretch], width, inner[start : start + stretch], size)
        counts += np.bincount(there, minlength=size)
    return counts


def placed(codes: Array, width: int, inner: Array, size: int) -> Array:
    """The place `code * width + inner` of each fact, of so many, in the smallest type that holds them."""
    places: Array = np.multiply(codes, width, dtype=np.min_scalar_type(size), casting="unsafe")
    return np.add(places, inner, out=places, casting="unsafe")
