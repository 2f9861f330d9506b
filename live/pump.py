"""Writes waiting frames to many sockets, one after the other; one that does not read holds up the rest for a moment."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from live.outlet import Outlet

STALL_SECONDS = 0.02


class Pump:
    """A task per socket and frame would cost as much as the writing itself; here one task walks through them all."""

    def __init__(self) -> None:
        self._ready: deque[Outlet] = deque()
        self._walker: asyncio.Task[None] | None = None
        self._walkers: set[asyncio.Task[None]] = set()
        self._steps = 0

    def add(self, outlets: Iterable[Outlet]) -> None:
        self._ready.extend(outlets)
        self._start()

    def stop(self) -> None:
        for walker in self._walkers:
            walker.cancel()

    def _start(self) -> None:
        if not self._ready or self._walker is not None:
            return
        self._walker = asyncio.create_task(self._walk())
        self._walkers.add(self._walker)
        self._walker.add_done_callback(self._walkers.discard)
        self._watch_again(self._walker)

    async def _walk(self) -> None:
        me = asyncio.current_task()
        while self._ready and self._walker is me:
            self._steps += 1
            await self._ready.popleft().drain()
        if self._walker is me:
            self._walker = None

    def _watch_again(self, walker: asyncio.Task[None]) -> None:
        asyncio.get_running_loop().call_later(STALL_SECONDS, self._watch, walker, self._steps)

    def _watch(self, walker: asyncio.Task[None], steps: int) -> None:
        if self._walker is not walker:
            return
        if self._steps != steps:
            self._watch_again(walker)
            return
        # It waits for a reader: let it finish with that one, and another goes on with the rest.
        self._walker = None
        self._start()
