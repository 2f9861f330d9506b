"""A time limit round other people's detectors: some public mails make them search for minutes."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")


# What takes longer is stopped again and again, until it stops.
_AGAIN_SECONDS = 0.05


class _TooSlow(BaseException):
    """Not an Exception, so that a detector that catches everything cannot swallow it."""


def fenced(work: Callable[[], Result], fallback: Result, *, seconds: float) -> Result:
    """What the work gives, or the fallback when it raises or takes more processor time than allowed.

    The limit needs the main thread, where workers and commands run; elsewhere the fallback is all there is.
    """
    if threading.current_thread() is not threading.main_thread():
        return fallback
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN_SECONDS)
        try:
            return work()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (_TooSlow, Exception):
        return fallback
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    """What is raised in a callback of the garbage collector goes nowhere: then the next signal will do."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    if frame is None or frame.f_code not in callbacks:
        raise _TooSlow
