"""A graceful end: on SIGTERM the sockets are sent away one after the other before the server stops."""

from __future__ import annotations

import asyncio
import signal
import threading
from types import FrameType

from live.hub import Hub

# Five hundred sockets leave within five seconds, a handful at once.
SECONDS_PER_SOCKET = 0.01
LONGEST_SECONDS = 10.0


def spread_closing_on_termination(hub: Hub) -> None:
    """Put ourselves before the server's own SIGTERM handler, once per process."""
    if threading.current_thread() is not threading.main_thread():
        return
    server_handler = signal.getsignal(signal.SIGTERM)
    if not callable(server_handler) or getattr(server_handler, "spreads_closing", False):
        return
    loop = asyncio.get_running_loop()

    async def leave_then_stop(number: int) -> None:
        await hub.close(over_seconds=min(len(hub) * SECONDS_PER_SOCKET, LONGEST_SECONDS))
        server_handler(number, None)

    def on_termination(number: int, _frame: FrameType | None) -> None:
        tasks.append(asyncio.run_coroutine_threadsafe(leave_then_stop(number), loop))

    tasks: list[object] = []
    on_termination.spreads_closing = True  # type: ignore[attr-defined]  # a mark for the next call
    signal.signal(signal.SIGTERM, on_termination)
