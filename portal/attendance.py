"""Which visitors have their chat open and in view: gathered per process, written in one statement now and then."""

from __future__ import annotations

import asyncio
import logging
from weakref import WeakKeyDictionary

from django.db import Error

from channels_in.webchat.services.visitors import mark_present
from live.threads import in_thread

logger = logging.getLogger(__name__)

# Well within presence.GONE_AFTER, also when one write fails.
FLUSH_SECONDS = 25.0


class Attendance:
    """Use `current_attendance()`. Its task lives only while somebody is there."""

    def __init__(self) -> None:
        self._present: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def note(self, visitor_id: int) -> None:
        self._present.add(visitor_id)
        if self._task is None:
            self._task = asyncio.create_task(self._flush_later())

    async def leave(self, visitor_id: int) -> None:
        """A window was closed: until this moment they were there."""
        self._present.discard(visitor_id)
        await self._write({visitor_id})

    async def flush(self) -> None:
        present, self._present = self._present, set()
        await self._write(present)

    async def _write(self, present: set[int]) -> None:
        try:
            await in_thread(mark_present)(present)
        except Error as problem:
            logger.warning("Who is in the chat could not be noted", extra={"problem": str(problem)})

    async def _flush_later(self) -> None:
        await asyncio.sleep(FLUSH_SECONDS)
        self._task = None
        await self.flush()


_attendances: WeakKeyDictionary[asyncio.AbstractEventLoop, Attendance] = WeakKeyDictionary()


def current_attendance() -> Attendance:
    """The attendance list of the running event loop."""
    return _attendances.setdefault(asyncio.get_running_loop(), Attendance())
