"""What an inbox's settings page can try out: a named probe against the real world, and its finding in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tickets.models import Inbox


class Mark(StrEnum):
    """How a check ended; RUNNING while it has not."""

    RUNNING = "running"
    OK = "ok"
    WARNING = "warning"  # mail flows, but something should be better
    BAD = "bad"
    SKIPPED = "skipped"  # nothing to check here


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`sentence` says it in plain words, without secrets; `advice` what to do; `facts` are lines to compare or copy."""

    mark: Mark
    sentence: str
    advice: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One probe. `run` works in a worker, outside of any transaction, and is limited in time by itself.

    A probe that waits for something to come back answers RUNNING; `settle` then tells whether it has come, from the
    database alone, and is asked each time the page looks.
    """

    name: str
    label: str
    help: str
    run: Callable[[Inbox], Finding]
    settle: Callable[[Inbox, Finding, float], Finding] | None = None
