"""The fan-out of this process: one Redis subscription, and which sockets are on which topics.

Channel-layer groups dispatch every frame once per socket in Python; here a frame is serialised once by its
publisher and written to the sockets as it is (docs/performance.md has the figures).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from weakref import WeakKeyDictionary

import redis.asyncio as redis
from django.conf import settings
from redis.exceptions import RedisError

from core.push import LEAVE, Hint, channel, seal, unseal
from live.outlet import Outlet
from live.pump import Pump
from tickets.selectors.access import Scopes

logger = logging.getLogger(__name__)

SENT_AWAY = f'{{"type":"{LEAVE}",'
RESYNC = '{"type":"resync"}'
CLOSE_RESTART = 1012
# A subscription that says nothing for this long is asked whether it still lives.
QUIET_SECONDS = 15.0
QUICKEST_RETRY_SECONDS = 0.1
SLOWEST_RETRY_SECONDS = 2.0

K = TypeVar("K")


class Hub:
    """Use `current_hub()`; it listens as long as its event loop runs."""

    def __init__(self) -> None:
        self.redis = redis.Redis.from_url(
            settings.REDIS_URL,
            client_name=f"helpdesk-live-{os.getpid()}",
            socket_timeout=5,
            socket_connect_timeout=2,
            health_check_interval=30,
        )
        self.is_closing = False
        self.is_connected = asyncio.Event()
        self._topics: dict[str, set[Outlet]] = defaultdict(set)
        self._audiences: dict[Scopes, set[Outlet]] = defaultdict(set)
        self._topics_of: dict[Outlet, set[str]] = {}
        self._scopes_of: dict[Outlet, Scopes] = {}
        self._listener: asyncio.Task[None] | None = None
        self._pump = Pump()

    def __len__(self) -> int:
        return len(self._topics_of)

    def join(self, outlet: Outlet, topics: Iterable[str], *, scopes: Scopes | None = None) -> None:
        """Add a socket; `scopes` says whose tickets' frames it may get."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        self._topics_of[outlet] = set()
        for topic in topics:
            self.subscribe(outlet, topic)
        if scopes is not None:
            self.rescope(outlet, scopes)

    def leave(self, outlet: Outlet, *, code: int | None = None) -> None:
        """Remove a socket that is gone; with a `code`, send it away first."""
        if code is not None:
            outlet.end(code)
        outlet.forget()
        for topic in self._topics_of.pop(outlet, set()):
            _discard(self._topics, topic, outlet)
        if scopes := self._scopes_of.pop(outlet, None):
            _discard(self._audiences, scopes, outlet)

    def subscribe(self, outlet: Outlet, topic: str) -> None:
        if outlet in self._topics_of:
            self._topics_of[outlet].add(topic)
            self._topics[topic].add(outlet)

    def unsubscribe(self, outlet: Outlet, topic: str) -> None:
        self._topics_of.get(outlet, set()).discard(topic)
        _discard(self._topics, topic, outlet)

    def rescope(self, outlet: Outlet, scopes: Scopes) -> None:
        """What the person may see has changed (or is said for the first time)."""
        if outlet not in self._topics_of:
            return
        if before := self._scopes_of.get(outlet):
            _discard(self._audiences, before, outlet)
        self._scopes_of[outlet] = scopes
        self._audiences[scopes].add(outlet)

    def deliver(self, topics: Iterable[str], text: str, *, unless: Iterable[str] = ()) -> None:
        """Hand a serialised frame to this process's sockets."""
        self._write(self._on(topics) - self._on(unless), text)

    def deliver_to_all(self, text: str) -> None:
        self._write(list(self._topics_of), text)

    async def publish(self, hint: Hint) -> None:
        """Like core.push.publish, for code that runs in the event loop. Never raises."""
        try:
            await self.redis.publish(channel(), seal(hint))
        except RedisError as problem:
            logger.warning("A hint was lost; screens catch up", extra={"problem": str(problem)})

    async def close(self, *, over_seconds: float = 0.0) -> None:
        """Send every socket away ("service restart"), spread so that they do not all return at once."""
        self.is_closing = True
        outlets = list(self._topics_of)
        random.shuffle(outlets)
        pause = over_seconds / max(len(outlets), 1)
        for outlet in outlets:
            outlet.end(CLOSE_RESTART)
            await asyncio.sleep(pause)
        # The Redis client swallows a cancellation that comes while it connects, so one may not be enough.
        while self._listener is not None and not self._listener.done():
            self._listener.cancel()
            await asyncio.wait([self._listener], timeout=0.1)
        self._pump.stop()
        await self.redis.aclose()

    def _write(self, outlets: Iterable[Outlet], text: str) -> None:
        self._pump.add([outlet for outlet in outlets if outlet.put(text)])

    def _on(self, topics: Iterable[str]) -> set[Outlet]:
        found: set[Outlet] = set()
        for topic in topics:
            if topic.startswith("scope:"):
                found |= self._may_see(topic)
            else:
                found |= self._topics.get(topic, set())
        return found

    def _may_see(self, topic: str) -> set[Outlet]:
        # Agents with the same memberships share one audience, so a handful of checks decides for all sockets.
        _, inbox_id, team_id = topic.split(":")
        found: set[Outlet] = set()
        for scopes, outlets in self._audiences.items():
            if scopes.covers(inbox_id=int(inbox_id), team_id=int(team_id) or None):
                found |= outlets
        return found

    async def _listen(self) -> None:
        """Hear Redis for ever."""
        retry_seconds = QUICKEST_RETRY_SECONDS
        while True:
            try:
                async with self.redis.pubsub() as subscription:
                    await subscription.subscribe(channel())
                    await self._hear(subscription)
            except (RedisError, OSError) as problem:
                logger.warning("Redis is away; trying again", extra={"problem": str(problem)})
            if self.is_connected.is_set():
                self.is_connected.clear()
                retry_seconds = QUICKEST_RETRY_SECONDS
            await asyncio.sleep(retry_seconds * random.uniform(0.5, 1.0))
            retry_seconds = min(retry_seconds * 2, SLOWEST_RETRY_SECONDS)

    async def _hear(self, subscription: redis.client.PubSub) -> None:
        was_asked = False
        while True:
            message = await subscription.get_message(timeout=QUIET_SECONDS)
            if message is None:
                if was_asked:
                    raise RedisError("the subscription does not answer")
                await subscription.ping()
            elif message["type"] == "subscribe":
                self._on_subscribed()
            elif message["type"] == "message":
                topics, unless, text = unseal(message["data"])
                if text.startswith(SENT_AWAY):
                    self._send_away(topics, code=int(json.loads(text)["code"]))
                else:
                    self.deliver(topics, text, unless=unless)
            was_asked = message is None

    def _send_away(self, topics: Iterable[str], *, code: int) -> None:
        for outlet in self._on(topics):
            self.leave(outlet, code=code)

    def _on_subscribed(self) -> None:
        """Every gap ends here (the client library also resubscribes by itself): all screens catch up. The first
        subscription ends one, too: sockets may have joined before it."""
        self.deliver_to_all(RESYNC)
        self.is_connected.set()


def _discard(index: dict[K, set[Outlet]], key: K, outlet: Outlet) -> None:
    members = index.get(key, set())
    members.discard(outlet)
    if not members:
        index.pop(key, None)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def current_hub() -> Hub:
    """The hub of the running event loop (a server process has one)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
