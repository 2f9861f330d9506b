"""What a report should reach: the line in its chart, the words at its tile, and when a mail about misses goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.wording import shown


@dataclass(frozen=True, slots=True)
class Target:
    """A percentage of a metric, by its key; the reader may choose another one than the `usual`."""

    metric: str
    usual: int
    is_most: bool = False

    def percent(self, goal: str) -> float:
        return float(goal or self.usual)

    def bound(self, goal: str) -> str:
        """ "at least 90 %", "at most 10 %"."""
        return f"{'at most' if self.is_most else 'at least'} {shown(self.percent(goal), 'percent')}"

    def is_missed(self, value: Any, goal: str) -> bool:
        """Where nothing was counted nothing was missed."""
        if value is None:
            return False
        return bool(value > self.percent(goal) if self.is_most else value < self.percent(goal))
