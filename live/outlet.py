"""One socket's way out: a bounded buffer, emptied as fast as its reader reads."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

# A reader this far behind is dropped; it reconnects and asks for what it is missing.
MAX_FRAMES = 256
MAX_CHARACTERS = 1_000_000
CLOSE_TOO_SLOW = 1013

Send = Callable[[str], Awaitable[None]]
Close = Callable[[int], Awaitable[None]]


class Outlet:
    """Neither `push` nor `put` ever waits. Frames leave in order; after `end` nothing leaves any more."""

    __slots__ = ("_buffer", "_characters", "_close", "_is_writing", "_send", "_task", "is_ended")

    def __init__(self, send: Send, close: Close) -> None:
        self._send = send
        self._close = close
        self._buffer: deque[str] = deque()
        self._characters = 0
        self._is_writing = False
        self._task: asyncio.Task[None] | None = None
        self.is_ended = False

    def push(self, text: str) -> None:
        if self.put(text):
            # An idle socket holds no task: ten thousand of them must stay small.
            self._task = asyncio.create_task(self.drain())

    def put(self, text: str) -> bool:
        """Into the buffer; true when the caller must see to it that `drain` runs."""
        if self.is_ended:
            return False
        if len(self._buffer) >= MAX_FRAMES or self._characters + len(text) > MAX_CHARACTERS:
            self.end(CLOSE_TOO_SLOW)
            return False
        self._buffer.append(text)
        self._characters += len(text)
        must_drain = not self._is_writing
        self._is_writing = True
        return must_drain

    async def drain(self) -> None:
        """Write until the buffer is empty; waits as long as the reader lets it."""
        try:
            while self._buffer:
                text = self._buffer.popleft()
                self._characters -= len(text)
                await self._send(text)
        except Exception:  # the server side of the socket may be closed in any of its own ways
            logger.debug("A socket went away while it was written to", exc_info=True)
            self.forget()
        self._is_writing = False

    def end(self, code: int) -> None:
        """Close the socket; what waits in the buffer is dropped."""
        if self.is_ended:
            return
        self.forget()
        self._task = asyncio.create_task(self._finish(code))

    def forget(self) -> None:
        """The socket is gone or going; a write or close that is under way is left alone."""
        self.is_ended = True
        self._buffer.clear()

    async def _finish(self, code: int) -> None:
        try:
            await self._close(code)
        except Exception:
            logger.debug("A socket went away while it was closed", exc_info=True)
