"""The small numbers that stand for ids, words and lists of tags in this process: given once, never changed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from reports.engine.layout import CODED, Array

_giving = threading.Lock()
# What a value costs beside itself: its places in a list and in a table, its number.
_ENTRY = 140


class Codes:
    """The values of one column in the order of their numbers; `size` is about what they take, in bytes."""

    def __init__(self) -> None:
        self.values: list[Hashable] = []
        self.size = 0
        self._numbers: dict[Hashable, int] = {}
        # Most days have the same values as the day before.
        self._lately: tuple[Sequence[Hashable], Array] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def of(self, values: Sequence[Hashable]) -> Array:
        """The numbers of these values, in the smallest type that holds them."""
        lately = self._lately
        if lately and lately[0] == values:
            return lately[1]
        known = self._numbers
        missing = [value for value in values if value not in known]
        if missing:
            with _giving:
                for value in missing:
                    if value not in known:
                        self.values.append(value)
                        self.size += _bytes_of(value)
                        known[value] = len(self.values) - 1
        numbers = smallest(np.array([known[value] for value in values], dtype=np.int64))
        self._lately = values, numbers
        return numbers

    def number(self, value: Hashable) -> int | None:
        """The number of a value; none when nothing has it."""
        return self._numbers.get(value)


@dataclass(frozen=True, slots=True)
class Coding:
    """The codes of all columns. Numbers mean something only beside the coding that gave them."""

    _columns: dict[str, Codes] = field(default_factory=lambda: {name: Codes() for name in CODED})
    # Facts of a kind are in few combinations of sets: each kind numbers its own, so that the numbers serve as classes.
    _sets: dict[str, Codes] = field(default_factory=dict)

    def of(self, name: str, kind: str) -> Codes:
        """The codes of a column in facts of this kind."""
        return self._sets.setdefault(kind, Codes()) if name == "sets" else self._columns[name]

    @property
    def size(self) -> int:
        return sum(codes.size for codes in (*self._columns.values(), *list(self._sets.values())))


def smallest(codes: Array) -> Array:
    highest = int(codes.max()) if len(codes) else 0
    return codes.astype(np.min_scalar_type(highest))


def _bytes_of(value: Hashable) -> int:
    parts = value if isinstance(value, tuple) else ()
    return _ENTRY + sys.getsizeof(value) + sum(sys.getsizeof(part) for part in parts)
