"""One frame to a thousand agents' sockets of one process: own fan-out against its floor and channel-layer groups."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import psutil
import redis.asyncio as redis
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from core.push import DESK, Hint, channel, seal
from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.push_clients import listen
from helpdesk.embedded.processes import free_port
from people.models import Agent, Role

TICKETS = 0
# About what a small frame weighs; rows are some kilobytes.
PADDING = "x" * 150
GRACE_SECONDS = 3.0
START_SECONDS = 30.0


Broadcast = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Rival:
    label: str
    app: str
    layer: str = ""


OWN = Rival("own fan-out behind the Channels consumer", "own")
RIVALS = (
    Rival("floor: raw ASGI, one subscription", "floor"),
    OWN,
    Rival("RedisPubSubChannelLayer group", "layer_group", "channels_redis.pubsub.RedisPubSubChannelLayer"),
    Rival("RedisChannelLayer group", "layer_group", "channels_redis.core.RedisChannelLayer"),
)


def run(options: Options) -> Iterator[Figures]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    sockets, rates = (200, ((4.0, 3.0),)) if options.is_short else (1000, ((0.5, 16.0), (4.0, 15.0)))
    cookie = _cookie()
    rivals = [rival for rival in RIVALS if not rival.layer or find_spec("channels_redis")]
    for rate, seconds in rates:
        figures = {rival.label: asyncio.run(_measure(rival, cookie, sockets, rate, seconds)) for rival in rivals}
        own = figures[OWN.label]["p50_ms"]
        for label, found in figures.items():
            yield {"case": label, "sockets": sockets, "per_second": rate, **found} | (
                {} if label == OWN.label else {"of_own_p50": round(found["p50_ms"] / own, 2)}
            )


async def _measure(rival: Rival, cookie: str, sockets: int, rate: float, seconds: float) -> dict[str, Any]:
    latencies: list[float] = []
    async with _server(rival) as (port, process):
        before = process.memory_info().rss
        listeners = await listen(port, cookie, sockets, latencies)
        kilobytes = (process.memory_info().rss - before) / sockets / 1024
        broadcast = _broadcaster(rival)
        count = int(rate * seconds)
        await broadcast(time.perf_counter())
        await _settled(latencies, sockets)
        latencies.clear()
        cpu = sum(process.cpu_times()[:2])
        started = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            await broadcast(time.perf_counter())
        await _settled(latencies, sockets * count)
        spent = sum(process.cpu_times()[:2]) - cpu
        for listener in listeners:
            if listener.transport:
                listener.transport.abort()
    ordered = sorted(latencies) or [0.0]
    return {
        "delivered": len(latencies),
        "expected": sockets * count,
        "p50_ms": round(statistics.median(ordered), 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
        "cpu_ms_per_broadcast": round(spent / count * 1000, 1),
        "kb_per_socket": round(kilobytes, 1),
    }


async def _settled(latencies: list[float], wanted: int) -> None:
    deadline = time.perf_counter() + GRACE_SECONDS
    # Setting an event per frame would slow down the listeners.
    while len(latencies) < wanted and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def _broadcaster(rival: Rival) -> Broadcast:
    if rival.layer:
        return _layer_broadcaster(rival)
    client = redis.Redis.from_url(settings.REDIS_URL)

    async def publish(stamp: float) -> None:
        await client.publish(channel(), seal(Hint((DESK,), _frame(stamp))))

    return publish


def _layer_broadcaster(rival: Rival) -> Broadcast:
    layer = import_string(rival.layer)(hosts=[settings.REDIS_URL])

    async def publish(stamp: float) -> None:
        await layer.group_send("desk", {"type": "desk.frame", "text": json.dumps(_frame(stamp))})

    return publish


def _frame(stamp: float) -> dict[str, Any]:
    return {"type": "bench", "padding": PADDING, "stamp": stamp}


@asynccontextmanager
async def _server(rival: Rival) -> AsyncIterator[tuple[int, psutil.Process]]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"helpdesk.bench.push_servers:{rival.app}"]
    command += ["--port", str(port), "--lifespan", "off", "--log-level", "warning", "--no-access-log"]
    command += ["--ws-per-message-deflate", "false", "--timeout-graceful-shutdown", "1"]
    environment = {**os.environ, "BENCH_LAYER": rival.layer}
    running = await asyncio.create_subprocess_exec(*command, env=environment, cwd=settings.BASE_DIR)
    try:
        await _serves(port)
        yield port, psutil.Process(running.pid)
    finally:
        running.kill()
        await running.wait()


async def _serves(port: int) -> None:
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("The socket server did not start.")


def _cookie() -> str:
    agent = Agent.objects.create_user(f"push{time.time_ns()}@bench.example", name="Push", role=Role.MANAGER)
    client = Client()
    client.force_login(agent)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
