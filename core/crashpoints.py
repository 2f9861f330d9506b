"""Places where a test may have the process die as by `kill -9`: before and after each commit and external call.

`CRASHPOINT=name` in the environment kills the process at that place, `CRASHPOINT=name:3` at its third passing. Names
are literals (`crashpoint("fetch.before_commit")`), so that the crash tests find every place by reading the source.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "CRASHPOINT"

_armed: dict[str, int] = {}


def arm(where: str) -> None:
    """Choose the place, as the environment does at the start."""
    name, _, nth = where.partition(":")
    _armed[name] = int(nth) if nth.isdigit() else 1


def crashpoint(name: str) -> None:
    """Die here when the environment names this place; nothing else ever happens."""
    if name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get(VARIABLE, ""))
