"""Agents' sockets for tests: the real consumer and hub in one event loop, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.conf import settings
from django.test import Client

from live import threads
from live.hub import Hub, current_hub
from live.patrol import patrol_of
from live.routing import websocket_urlpatterns
from people.models import Agent

PATIENCE = 30.0
# asgiref leaves its testing tools untyped.
communicator_of: Any = ApplicationCommunicator
Frame = dict[str, Any]


def signed_in(agent: Agent) -> str:
    """The session key of a new login."""
    client = Client()
    client.force_login(agent)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


class Socket:
    """One open socket; keeps every byte that it has received."""

    def __init__(self, session_key: str, origin: str = "http://desk.example", host: str = "desk.example") -> None:
        headers = [(b"host", host.encode()), (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session_key}".encode())]
        if origin:
            headers.append((b"origin", origin.encode()))
        scope = {"type": "websocket", "path": "/ws/agent/", "headers": headers, "subprotocols": []}
        self._wire = communicator_of(URLRouter(websocket_urlpatterns), scope)
        self.received = ""

    async def open(self) -> bool:
        """True when the handshake was accepted."""
        await self._wire.send_input({"type": "websocket.connect"})
        output = await self._wire.receive_output(timeout=PATIENCE)
        return bool(output["type"] == "websocket.accept")

    async def greet(self) -> Frame:
        assert await self.open()
        return await self.hear("hello")

    async def send(self, **frame: Any) -> None:
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str) -> None:
        await self._wire.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, kind: str, that: Callable[[Frame], bool] = lambda frame: True) -> Frame:
        """The next frame of a kind (for which `that` is true); frames in between are kept in `received`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                output = await self._wire.receive_output(timeout=PATIENCE)
                assert output["type"] == "websocket.send", output
                text = output["text"]
                self.received += text
                frame: Frame = json.loads(text)
                if frame["type"] == kind and that(frame):
                    return frame

    async def sees(self, people: list[tuple[str, str, str]]) -> None:
        """Waits until exactly these (name, state, mode) are present."""

        def matches(frame: Frame) -> bool:
            return [(entry["name"], entry["state"], entry["mode"]) for entry in frame["agents"]] == people

        await self.hear("presence", matches)

    async def settle(self) -> None:
        """Everything that was on its way has arrived: the answer to a ping comes after it."""
        await self.send(type="ping")
        await self.hear("pong")

    async def closed_with(self) -> int:
        async with asyncio.timeout(PATIENCE):
            while True:
                output = await self._wire.receive_output(timeout=PATIENCE)
                if output["type"] == "websocket.close":
                    return int(output["code"])
                self.received += output.get("text", "")

    async def leave(self) -> None:
        await self._wire.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._wire.wait(timeout=PATIENCE)


@asynccontextmanager
async def hub_of_test() -> AsyncIterator[Hub]:
    """This loop's hub, closed at the end."""
    hub = current_hub()
    try:
        yield hub
    finally:
        await patrol_of(hub).stop()
        await hub.close()


async def hub_connected(hub: Hub) -> None:
    await asyncio.wait_for(hub.is_connected.wait(), PATIENCE)


def in_loop(story: Callable[[Hub], Awaitable[None]]) -> None:
    """Run a story with a hub; threads of the consumer come back to this one and its database connection."""

    async def run() -> None:
        async with hub_of_test() as hub:
            await story(hub)

    with patch.object(threads, "SHARES_ONE_THREAD", True):
        async_to_sync(run)()
