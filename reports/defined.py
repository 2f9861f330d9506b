"""What every figure is defined by, whether it counts what happened or what stands at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.base import Column, Kind

Rising = Literal["good", "bad", "neutral"]
NONE = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """`owner` answers for the definition; `clock` says which time is meant, where it is about time."""

    key: str
    name: str
    definition: str
    kind: Kind = "count"
    clock: str = NONE
    pauses: str = NONE
    owner: str = "Support managers"
    rising_is: Rising = "neutral"

    @property
    def column(self) -> Column:
        timing = "" if self.clock == NONE else f" Clock: {self.clock} Pauses: {self.pauses}"
        return Column(self.key, self.name, self.kind, self.definition + timing, self.rising_is)
