"""Facts of one kind in memory: columns of numbers and of codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from reports.engine.codes import Coding
from reports.engine.layout import CODED, NUMBERS, Array
from reports.engine.reading import Packed

Block = Mapping[str, Array]


def block_of(coding: Coding, packed: Packed, names: Iterable[str]) -> Block:
    return {
        name: unpacked(coding, packed.kind, name, packed.columns[name], packed.names.get(name, [])) for name in names
    }


def unpacked(coding: Coding, kind: str, name: str, column: Array, values: list[Any]) -> Array:
    """A column as it was stored, with the codes of a coding."""
    if name not in CODED or not len(column):
        return column
    keys = [tuple(value) for value in values] if name == "tags" else values
    return coding.of(name, kind).of(keys)[column]


def within(block: Block, first: int, last: int) -> Block:
    """Its facts from the minute `first` to before the minute `last`."""
    minutes = block["minute"]
    if len(minutes) and first <= minutes[0] and minutes[-1] < last:
        return block
    start, end = np.searchsorted(minutes, (first, last))
    return {name: column[start:end] for name, column in block.items()}


def touches(block: Block, first: int, last: int) -> bool:
    """Whether any fact may be within; they stand in the order of time."""
    minutes = block["minute"]
    return bool(len(minutes) and minutes[0] < last and minutes[-1] >= first)


def joined(blocks: list[Block], names: Iterable[str]) -> Block:
    """One block of several."""
    if len(blocks) == 1:
        return {name: blocks[0][name] for name in names}
    return {name: np.concatenate([block[name] for block in blocks]) if blocks else _nothing(name) for name in names}


def _nothing(name: str) -> Array:
    return np.zeros(0, NUMBERS.get(name, "u1"))
