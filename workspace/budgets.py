"""How heavy the workspace's pages may be, and how heavy they are. Pure but for reading files."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Budget:
    """`patterns` are globs under static/; each file counts compressed by itself, as it travels."""

    name: str
    patterns: Sequence[str]
    kilobytes: float


BUDGETS = (
    Budget("scripts of the desk", ("app/*.js", "app/live/*.js"), 60),
    Budget("dialogs of the desk, when asked for", ("app/dialogs/*.js",), 6),
    Budget("editor of rules and macros", ("app/settings/*.js",), 3),
    Budget("htmx, on settings pages", ("vendor/htmx-*/htmx.min.js",), 18),
    Budget("workspace style", ("css/[!r]*.css",), 16),
    Budget("style of reports, on their pages", ("css/reports.css",), 4),
    Budget("style of reports, on paper", ("css/reports-print.css",), 1.5),
    Budget("style of the wallboard, on its page", ("css/reports/*.css",), 1),
    Budget("scripts of reports, on their pages", ("app/reports/*.js",), 4),
    Budget("style of the rule editor, on its pages", ("css/rules.css",), 2),
    Budget("icons", ("icons/sprite.svg",), 5),
)


@dataclass(frozen=True, slots=True)
class Weight:
    budget: Budget
    kilobytes: float
    files: int

    @property
    def is_within(self) -> bool:
        return self.files > 0 and self.kilobytes <= self.budget.kilobytes


def weigh(static: Path) -> list[Weight]:
    """Gzip at its best level, in units of 1,000 bytes."""
    found = []
    for budget in BUDGETS:
        files = [path for pattern in budget.patterns for path in static.glob(pattern)]
        size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
        found.append(Weight(budget, round(size / 1000, 1), len(files)))
    return found
