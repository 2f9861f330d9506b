"""Waiting without sleeping blindly: ask until it is so, or say what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def poll_until(ask: Callable[[], Answer], timeout: float = 30, *, pause: float = 0.05) -> Answer:
    """Asks again and again until the answer is truthy; fails with the last answer after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"still {answer!r} after {timeout} s: {ask}")
        time.sleep(pause)
