"""How facts are broken down: a number for each fact, by what it is, when it was, or all alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from reports.brands import brands_by_inbox
from reports.engine.clock import Local
from reports.engine.codes import smallest
from reports.engine.counting import counted
from reports.engine.layout import Array
from reports.engine.parts import Part

_FEW = 1000
_FEW_COMBINATIONS = 256


@dataclass(frozen=True, slots=True)
class Grouping:
    """`codes` are those of each kind of facts; `keys` are what the groups are called. Where a fact belongs to several
    groups its code is the number of a list: `members` are the groups of all lists in a row, `sizes` how many each
    list has."""

    codes: Mapping[str, Array]
    keys: Sequence[Any]
    members: Array | None = None
    sizes: Array | None = None

    @property
    def size(self) -> int:
        return len(self.keys)

    @property
    def code_count(self) -> int:
        return self.size if self.sizes is None else len(self.sizes)

    def table(self, part: Part) -> Array:
        """How many facts of a part each group has of each class."""
        width = part.class_count
        counts = counted(self.codes[part.kind], width, part.classes, self.code_count * width)
        return self.of_groups(counts.reshape(-1, width))

    def of_groups(self, table: Array) -> Array:
        """The rows of each group together, of a table by code."""
        if self.sizes is None or self.members is None:
            return table
        order = np.argsort(self.members, kind="stable")
        owners = np.repeat(np.arange(len(self.sizes)), self.sizes)[order]
        groups, starts = np.unique(self.members[order], return_index=True)
        found = np.zeros((self.size, table.shape[1]), table.dtype)
        if len(groups):
            found[groups] = np.add.reduceat(table[owners], starts)
        return found

    def of_codes(self, table: Array) -> Array:
        """For each code what is true of any of its groups, of a table by group."""
        if self.sizes is None or self.members is None:
            return table
        found = np.zeros((len(self.sizes), table.shape[1]), bool)
        starts = np.cumsum(self.sizes) - self.sizes
        if len(self.members):
            found[self.sizes > 0] = np.logical_or.reduceat(table[self.members], starts[self.sizes > 0])
        return found

    def groups(self, codes: Array) -> tuple[Array | None, Array]:
        """For facts with these codes: which of them (none: each once) belongs to which group."""
        if self.sizes is None or self.members is None:
            return None, codes
        starts = np.cumsum(self.sizes) - self.sizes
        facts, groups = [np.zeros(0, np.intp)], [np.zeros(0, self.members.dtype)]
        for place in range(int(self.sizes.max(initial=0))):
            # Those whose list is so long, and what stands at this place of it.
            these = np.flatnonzero((self.sizes > place)[codes])
            there = self.members[np.minimum(starts + place, len(self.members) - 1)]
            facts.append(these)
            groups.append(there[codes[these]])
        return np.concatenate(facts), np.concatenate(groups)


def cubes(groupings: Sequence[Grouping]) -> list[list[Grouping]]:
    """Groupings that are counted together, because all combinations of them are few."""
    found: list[list[Grouping]] = []
    for grouping in sorted(groupings, key=lambda each: each.size):
        if not found or prod(each.size for each in [*found[-1], grouping]) > _FEW_COMBINATIONS:
            found.append([])
        found[-1].append(grouping)
    return found


def combined(groupings: Sequence[Grouping], kinds: Sequence[str]) -> Grouping:
    """By all of these at once, the last one changing first; of these kinds alone."""
    first, *others = groupings
    if not others:
        return first
    size = prod(each.size for each in groupings)
    codes = {kind: first.codes[kind].astype(np.min_scalar_type(size)) for kind in kinds}
    for grouping in others:
        for kind, each in codes.items():
            each *= grouping.size
            np.add(each, grouping.codes[kind], out=each, casting="unsafe")
    return Grouping(codes, range(size))


# One group, whatever the facts.
ALL = Grouping({}, [""])


def everything(parts: Sequence[Part]) -> Grouping:
    return replace(ALL, codes={part.kind: np.broadcast_to(np.uint8(0), len(part)) for part in parts})


def by_dimension(parts: Sequence[Part], dimension: str) -> Grouping:
    """By a column, whose values that occur get numbers one after the other."""
    if dimension == "tag":
        return _by_tag(parts)
    if dimension == "brand":
        return _by_brand(parts)
    codes, values = _numbered(parts, dimension)
    return Grouping(codes, values)


def by_step(parts: Sequence[Part], local: Local) -> Grouping:
    keys = range(local.period.step_count)
    return Grouping({part.kind: local.steps(part.rows["minute"]) for part in parts}, keys)


def by_hour(parts: Sequence[Part], local: Local) -> Grouping:
    """By weekday (Monday is 1) and hour."""
    keys = [(number // 24 + 1, number % 24) for number in range(168)]
    return Grouping({part.kind: local.hours(part.rows["minute"]) for part in parts}, keys)


def by_tickets(parts: Sequence[Part], told: Iterable[tuple[int, Array]], count: int, others: int | None) -> Grouping:
    """By what is told of tickets: the numbers of groups, each with ids. What belongs to no group has a number from
    `count` on; `others` is the group of all tickets of which nothing is told."""
    told = list(told)
    first = min((int(ids.min()) for _, ids in told if len(ids)), default=1) - 1
    last = max((int(ids.max()) for _, ids in told if len(ids)), default=0) + 1
    # A bit for each group: tickets may be in several. Nothing is told of the first and the last one.
    highest = max((number for number, _ in told), default=0)
    bits = np.zeros(last - first + 1, np.min_scalar_type(1 << highest))
    for number, ids in told:
        bits[ids - first] |= bits.dtype.type(1 << number)
    combinations = np.flatnonzero(np.bincount(bits))
    numbers = np.zeros(int(combinations[-1]) + 1, np.min_scalar_type(len(combinations)))
    numbers[combinations] = np.arange(1, len(combinations) + 1)
    members = [[place for place in range(count) if bit >> place & 1] for bit in combinations.tolist()]
    if others is not None:
        members[0] = [others]
    table = numbers.take(bits, mode="clip")
    return Grouping(
        {part.kind: _looked_up(part.rows["ticket"], first, table) for part in parts},
        range(count),
        smallest(np.array(list(chain.from_iterable(members)), np.intp)),
        np.array([0, *map(len, members)], np.intp),
    )


def _looked_up(wanted: Array, first: int, table: Array) -> Array:
    """The codes of the wanted tickets; 0 where there is none. By a table: their ids have few gaps."""
    found: Array = table.take(wanted - first, mode="clip")
    if len(wanted) and wanted.min() == 0:
        found[wanted == 0] = 0
    return found


def _by_tag(parts: Sequence[Part]) -> Grouping:
    codes, lists = _numbered(parts, "tags")
    tags = sorted(set(chain.from_iterable(lists)))
    number = {tag: place for place, tag in enumerate(tags)}
    members = np.array([number[tag] for tag in chain.from_iterable(lists)], np.int32)
    return Grouping(codes, tags, smallest(members), np.array([len(each) for each in lists], np.intp))


def _by_brand(parts: Sequence[Part]) -> Grouping:
    codes, inboxes = _numbered(parts, "inbox")
    known = brands_by_inbox()
    brands = [known.get(inbox) for inbox in inboxes]
    keys = list(dict.fromkeys(brands))
    numbers = smallest(np.array([keys.index(brand) for brand in brands], np.intp))
    return Grouping({kind: numbers[each] for kind, each in codes.items()}, keys)


def _numbered(parts: Sequence[Part], column: str) -> tuple[dict[str, Array], list[Any]]:
    """The codes as they are, as long as there are few of them."""
    codes = {part.kind: part.rows[column] for part in parts}
    values: list[Any] = parts[0].rows.coding.of(column, parts[0].kind).values if parts else []
    size = len(values)
    if size <= _FEW:
        return codes, values[:size]
    counts = sum((np.bincount(each, minlength=size)[:size] for each in codes.values()), np.zeros(size, np.intp))
    present = np.flatnonzero(counts)
    numbers = np.zeros(size, np.min_scalar_type(max(len(present) - 1, 0)))
    numbers[present] = np.arange(len(present))
    return {kind: numbers[each] for kind, each in codes.items()}, [values[code] for code in present.tolist()]
