"""Upright lines in a chart, such as promised times: each with its words above the chart, where no line crosses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROW = 14
# About as wide as a bold letter of the words, and the room around them.
LETTER, GAP = 6.4, 8


@dataclass(frozen=True, slots=True)
class Upright:
    """A line from `top` to the floor; its words stand beside its upper end."""

    at: float
    label: str
    top: float = 0
    words_go_left: bool = False

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where its words go."""
        width = LETTER * len(self.label) + GAP
        return (self.at - width, self.at) if self.words_go_left else (self.at, self.at + width)


@dataclass(frozen=True, slots=True)
class _Side:
    place: float
    label: str
    goes_left: bool


def uprights(found: Sequence[tuple[float, str]], *, right: float, above: float) -> list[Upright]:
    """The lines from left to right, with their words in as few rows as there must be; the last row ends at `above`.

    A line starts at its own words and goes down, so words may only stand over lines that start below them.
    """
    rows: list[tuple[Upright, int]] = []
    for side in _in_turn(found, right):
        line = Upright(side.place, side.label, words_go_left=side.goes_left)
        over = [row for other, row in rows if _covers(other, line.at)]
        rows.append((line, max(over, default=-1) + 1))
    height = max((row for _, row in rows), default=-1) + 1
    placed = [
        Upright(line.at, line.label, above - ROW * (height - row), line.words_go_left) for line, row in rows
    ]  # fmt: skip
    return sorted(placed, key=lambda line: line.at)


def _in_turn(found: Sequence[tuple[float, str]], right: float) -> list[_Side]:
    """Those whose words find no room on their right come first, from the right; no words reach over their lines."""
    leftward: list[_Side] = []
    rightward: list[_Side] = []
    limit = right
    for place, label in sorted(found, reverse=True):
        if Upright(place, label).reach[1] <= limit:
            rightward.append(_Side(place, label, goes_left=False))
        else:
            leftward.append(_Side(place, label, goes_left=True))
            limit = place
    return [*leftward, *reversed(rightward)]


def _covers(line: Upright, place: float) -> bool:
    start, end = line.reach
    return start <= place <= end
