"""The small numbers that stand for ids, words and lists of tags in this process: given once, never changed."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence

import numpy as np

from reports.engine.layout import CODED, Array

_giving = threading.Lock()


class Codes:
    """The values of one column in the order of their numbers."""

    def __init__(self) -> None:
        self.values: list[Hashable] = []
        self._numbers: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self.values)

    def of(self, values: Sequence[Hashable]) -> Array:
        """The numbers of these values, in the smallest type that holds them."""
        known = self._numbers
        missing = [value for value in values if value not in known]
        if missing:
            with _giving:
                for value in missing:
                    if value not in known:
                        self.values.append(value)
                        known[value] = len(self.values) - 1
        return smallest(np.array([known[value] for value in values], dtype=np.int64))

    def number(self, value: Hashable) -> int | None:
        """The number of a value; none when nothing has it."""
        return self._numbers.get(value)


def smallest(codes: Array) -> Array:
    highest = int(codes.max()) if len(codes) else 0
    return codes.astype(np.min_scalar_type(highest))


CODES: dict[str, Codes] = {name: Codes() for name in CODED}
# Facts of a kind are in few combinations of sets: each kind numbers its own, so that the numbers serve as classes.
_sets: dict[str, Codes] = {}


def codes_of(name: str, kind: str) -> Codes:
    """The codes of a column in facts of this kind."""
    return _sets.setdefault(kind, Codes()) if name == "sets" else CODES[name]
