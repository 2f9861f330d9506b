"""A time limit round other people's detectors: some public mails make them search for minutes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")


class _TooSlow(BaseException):
    """Not an Exception, so that a detector that catches everything cannot swallow it."""


def fenced(work: Callable[[], Result], fallback: Result, *, seconds: float) -> Result:
    """What the work gives, or the fallback when it raises or takes more processor time than allowed.

    The limit needs the main thread, where workers and commands run; elsewhere the fallback is all there is.
    """
    if threading.current_thread() is not threading.main_thread():
        return fallback
    try:
        before = signal.signal(signal.SIGVTALRM, _stop)
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            return work()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
    except (_TooSlow, Exception):
        return fallback


def _stop(number: int, frame: FrameType | None) -> None:
    raise _TooSlow
