"""The columns of closed days: what of them is true now, and a bounded memory of those that were read."""

# ruff: noqa: S608 - names of columns are constant text of this app; values are parameters.

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.conf import settings
from django.db import connection

from reports.engine.blocks import unpacked
from reports.engine.codes import Coding
from reports.engine.layout import CODED, NUMBERS, Array, version_of
from reports.engine.reading import copied_fields

_MEGABYTE = 1024 * 1024
# How much of the memory codes may take.
_SHARE_OF_CODES = 0.25


def standing_days(kinds: Collection[str], first: date, last: date) -> dict[tuple[str, date], int]:
    """The rows of closed days that can be trusted: made by the sets of today, and nothing came late. 0
    says that there was nothing on that day."""
    versions = [(kind, version_of(kind)) for kind in sorted(kinds)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.kind, d.day, CASE WHEN d.facts > 0 THEN d.id ELSE 0 END FROM reports_closedday d
            JOIN unnest(%s::text[], %s::text[]) k(kind, version) ON k.kind = d.kind AND k.version = d.version
            WHERE d.day BETWEEN %s AND %s
                AND NOT EXISTS (SELECT FROM reports_latefact l WHERE l.day = d.day AND l.kind = d.kind)
            ORDER BY d.kind, d.day""",
            [[kind for kind, _ in versions], [version for _, version in versions], first, last],
        )
        return {(kind, day): pk for kind, day, pk in cursor.fetchall()}


@dataclass(slots=True)
class _Memory:
    """Columns by row, the longest unused dropped first. Rows never change, so nothing here is ever wrong. All columns
    have the codes of one coding, which is dropped with them when it has grown too large: a desk may have a tag for
    each ticket. Whoever works with the old one goes on with what they have."""

    coding: Coding = field(default_factory=Coding)
    blocks: OrderedDict[int, dict[str, Array]] = field(default_factory=OrderedDict)
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> Coding:
        """The coding to begin with."""
        with self.lock:
            if self.coding.size > self._most * _SHARE_OF_CODES:
                self.coding = Coding()
                self.blocks.clear()
                self.size = 0
            return self.coding

    @property
    def _most(self) -> int:
        return int(settings.REPORTS_MEMORY_MB * _MEGABYTE)

    def get(self, coding: Coding, pk: int) -> dict[str, Array]:
        with self.lock:
            if coding is not self.coding:
                return {}
            if pk in self.blocks:
                self.blocks.move_to_end(pk)
            return self.blocks.get(pk, {})

    def add(self, coding: Coding, pk: int, columns: Mapping[str, Array]) -> None:
        with self.lock:
            if coding is not self.coding:
                return
            known = self.blocks.setdefault(pk, {})
            fresh = {name: column for name, column in columns.items() if name not in known}
            self.blocks[pk] = {**known, **fresh}
            self.blocks.move_to_end(pk)
            self.size += sum(column.nbytes for column in fresh.values())
            while self.size + coding.size > self._most and self.blocks:
                _, dropped = self.blocks.popitem(last=False)
                self.size -= sum(column.nbytes for column in dropped.values())

    def clear(self) -> None:
        with self.lock:
            self.coding = Coding()
            self.blocks.clear()
            self.size = 0


memory = _Memory()


def columns_of(coding: Coding, kind: str, pks: Sequence[int], names: Collection[str]) -> dict[int, Mapping[str, Array]]:
    """The wanted columns of closed days of a kind; a row that was replaced in the meantime is missing. With a coding of
    one's own nothing is remembered."""
    found: dict[int, Mapping[str, Array]] = {}
    lacking: dict[tuple[str, ...], list[int]] = {}
    for pk in pks:
        known = memory.get(coding, pk)
        missing = tuple(name for name in sorted(names) if name not in known)
        if missing:
            lacking.setdefault(missing, []).append(pk)
        found[pk] = known
    for missing, rows in lacking.items():
        loaded = dict(_load(coding, kind, rows, missing))
        for pk in rows:
            if pk in loaded:
                found[pk] = {**found[pk], **loaded[pk]}
                memory.add(coding, pk, loaded[pk])
            else:
                del found[pk]
    return found


def _load(
    coding: Coding, kind: str, pks: Sequence[int], names: Sequence[str]
) -> Iterator[tuple[int, dict[str, Array]]]:
    coded = [name for name in names if name in CODED]
    told = ", ".join(f"'{name}', names->'{name}'" for name in coded)
    sql = f"SELECT id, jsonb_build_object({told})::text, {', '.join(names)} FROM reports_closedday WHERE id = ANY(%s)"
    for fields in copied_fields(sql, [list(pks)]):
        known = json.loads(bytes(fields[1]))
        columns = {
            name: unpacked(coding, kind, name, _array(name, body), known.get(name, []))
            for name, body in zip(names, fields[2:], strict=True)
        }
        yield int.from_bytes(fields[0]), columns


def _array(name: str, body: memoryview) -> Array:
    """A column begins with the size of its codes; numbers have the size that their name says."""
    if name in NUMBERS:
        return np.frombuffer(body, dtype=NUMBERS[name])
    return np.frombuffer(body[1:], dtype=f"<u{body[0]}")


def stored(name: str, column: Array) -> bytes:
    if name in NUMBERS:
        return column.astype(NUMBERS[name]).tobytes()
    return bytes([column.dtype.itemsize]) + column.astype(column.dtype.newbyteorder("<")).tobytes()
