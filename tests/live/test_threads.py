"""A slow question of one socket makes no other wait."""

from __future__ import annotations

import asyncio
import threading

from live.threads import THREADS, in_thread


def test_slow_answer_to_one_socket_holds_up_no_other() -> None:
    async def story() -> str:
        gate = threading.Event()
        slow = [asyncio.create_task(asyncio.wait_for(in_thread(gate.wait)(), 60)) for _ in range(THREADS - 1)]
        quick = await asyncio.wait_for(in_thread(lambda: "at once")(), 30)
        assert not any(task.done() for task in slow)
        gate.set()
        await asyncio.gather(*slow)
        return quick

    assert asyncio.run(story()) == "at once"
