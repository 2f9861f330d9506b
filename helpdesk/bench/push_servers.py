"""The socket servers that `bench push` compares: our own fan-out, its floor, and channel-layer groups."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

django.setup()

import redis.asyncio as redis  # noqa: E402 - settings come first
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from core.push import channel, unseal  # noqa: E402
from live.routing import websocket_urlpatterns  # noqa: E402

GROUP = "desk"
Send = Callable[[dict[str, Any]], Awaitable[None]]

if layer := os.environ.get("BENCH_LAYER"):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer, "CONFIG": {"hosts": [settings.REDIS_URL]}}}


class GroupConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """What Channels' own tutorial does: every socket in a group, every frame through every consumer."""

    groups = (GROUP,)

    async def desk_frame(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


class Floor:
    """The least that a server can do: hear Redis once, write to every socket."""

    def __init__(self) -> None:
        self._sockets: set[Send] = set()
        self._listener: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        await receive()
        await send({"type": "websocket.accept"})
        self._sockets.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self._sockets.discard(send)

    async def _listen(self) -> None:
        subscription = redis.Redis.from_url(settings.REDIS_URL).pubsub()
        await subscription.subscribe(channel())
        async for message in subscription.listen():
            if message["type"] == "message":
                frame = {"type": "websocket.send", "text": unseal(message["data"])[2]}
                for send in list(self._sockets):
                    await send(frame)


own = ProtocolTypeRouter({"websocket": URLRouter(websocket_urlpatterns)})
floor = ProtocolTypeRouter({"websocket": Floor()})
layer_group = ProtocolTypeRouter({"websocket": URLRouter([path("ws/agent/", GroupConsumer.as_asgi())])})
