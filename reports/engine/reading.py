"""Reads facts as columns, in PostgreSQL's binary copy format, which needs no parsing."""

from __future__ import annotations

import struct
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection

from reports.engine.codes import smallest
from reports.engine.layout import (
    CODED,
    NUMBERS,
    TEXTS,
    Array,
    Window,
    dtype_of,
    keys_of_bits,
    rows_statement,
    texts_statement,
)

# The head and the end of the format.
_HEAD, _END = 19, 2

# What the keys of words and tags stand for, as far as this process has met them; all are dropped when there are too
# many. Two words with the same 64 bits would be taken for one: among a million words once in thirty million desks.
_known: dict[int, Hashable] = {}
# About a sixteenth of the memory of reports.
_MOST_KNOWN_PER_MB = 300


@dataclass(frozen=True, slots=True)
class Packed:
    """Facts of one kind: numbers as they are, everything else as places in `names`."""

    kind: str
    columns: dict[str, Array]
    names: dict[str, list[Any]]

    def __len__(self) -> int:
        return len(self.columns["minute"])


def read(windows: Sequence[Window]) -> Iterator[Packed]:
    """The standing facts of the windows, for each kind that has some."""
    if not windows:
        return
    kinds = sorted({window.kind for window in windows})
    rows = copied(*rows_statement(windows), dtype_of())
    ends = np.searchsorted(rows["kind"], np.arange(1, len(kinds) + 2))
    parts = {
        kind: rows[ends[number] : ends[number + 1]]
        for number, kind in enumerate(kinds)
        if ends[number] < ends[number + 1]
    }
    found = {kind: {name: np.unique(part[name], return_inverse=True) for name in CODED} for kind, part in parts.items()}
    words = _words(
        windows, {int(key) for coded in found.values() for name in (*TEXTS, "tags") for key in coded[name][0]}
    )
    for kind, part in parts.items():
        numbers = {name: part[name].astype(NUMBERS[name]) for name in NUMBERS}
        codes = {name: smallest(found[kind][name][1]) for name in CODED}
        names = {name: [_value(kind, name, int(key), words) for key in found[kind][name][0]] for name in CODED}
        yield Packed(kind, {**numbers, **codes}, names)


def copied(sql: str, params: Sequence[Any], dtype: np.dtype[Any]) -> Array:
    """The rows of a statement whose fields are all there and of one size."""
    data = _copy(sql, params)
    return np.frombuffer(data[_HEAD : len(data) - _END], dtype=dtype)


def copied_fields(sql: str, params: Sequence[Any]) -> Iterator[list[memoryview]]:
    """The rows of a statement, each as its fields; what is NULL is empty."""
    data, place = _copy(sql, params), _HEAD
    while (count := struct.unpack_from(">h", data, place)[0]) >= 0:
        place += 2
        fields = []
        for _ in range(count):
            (length,) = struct.unpack_from(">i", data, place)
            fields.append(data[place + 4 : place + 4 + max(length, 0)])
            place += 4 + max(length, 0)
        yield fields


def _copy(sql: str, params: Sequence[Any]) -> memoryview:
    body = BytesIO()
    with connection.cursor() as cursor:
        text = cursor.mogrify(sql, params).decode()
        # A statement that is sent once is compiled for longer than it runs.
        cursor.copy_expert(f"SET LOCAL jit = off; COPY ({text}) TO STDOUT (FORMAT binary)", body)
    return body.getbuffer()


def _words(windows: Sequence[Window], keys: set[int]) -> dict[int, Hashable]:
    """Facts are never taken away, so a later look at the same windows meets every word again."""
    found = {key: word for key in keys if (word := _known.get(key)) is not None}
    if unknown := keys - found.keys():
        with connection.cursor() as cursor:
            cursor.execute(*texts_statement(windows, sorted(unknown)))
            fresh = {key: word if tags is None else tuple(tags) for key, word, tags in cursor.fetchall()}
        if len(_known) + len(fresh) > settings.REPORTS_MEMORY_MB * _MOST_KNOWN_PER_MB:
            _known.clear()
        _known.update(fresh)
        found |= fresh
    return found


def _value(kind: str, name: str, key: int, words: Mapping[int, Hashable]) -> Any:
    if name == "sets":
        return keys_of_bits(kind, key)
    if name in TEXTS or name == "tags":
        return words[key]
    return None if key < 0 else key
