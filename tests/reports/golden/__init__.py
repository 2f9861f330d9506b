"""Golden chapters: a fortnight played through the real services, with a figure worked out by hand for every metric.

A chapter is a module with `play(stage)` and `EXPECTED`, a figure by the key of a metric; lengths are in minutes.
Each chapter is played at a desk of its own, so that it changes no figure of the others. A new metric gets its figure
in the chapter that it belongs to, or in a new one, which is listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from tests.reports.golden import automation, callbacks, expectations, presence, promises, satisfaction
from tests.reports.golden.stage import Figure, Stage


class Chapter(Protocol):
    EXPECTED: Mapping[str, Figure]

    def play(self, stage: Stage) -> None: ...


CHAPTERS: dict[str, Chapter] = {
    "promises": cast(Chapter, promises),
    "automation": cast(Chapter, automation),
    "satisfaction": cast(Chapter, satisfaction),
    "callbacks": cast(Chapter, callbacks),
    "expectations": cast(Chapter, expectations),
    "presence": cast(Chapter, presence),
}
