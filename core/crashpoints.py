"""Places where a test may have the process die as by `kill -9`: before and after each commit and external call.

`CRASHPOINT=name` in the environment kills the process at that place, `CRASHPOINT=name:3` at its third passing. Names
are literals (`crashpoint("fetch.before_commit")`), so that the crash tests find every place by reading the source.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "CRASHPOINT"

_chosen, _, _nth = os.environ.get(VARIABLE, "").partition(":")
_passings_left = int(_nth) if _nth.isdigit() else 1


def crashpoint(name: str) -> None:
    """Die here when the environment names this place; nothing else ever happens."""
    global _passings_left  # the process has one environment, and dies once
    if name != _chosen:
        return
    _passings_left -= 1
    if _passings_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
