"""The agents' socket `/ws/agent/`: admits, answers a handful of small frames, and leaves the fan-out to the hub."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from core.events.bus import publish
from core.events.catalogue import AgentTyped, TicketSeen
from core.push import DESK, Hint, agent_topic, ticket_topic
from live.entrance import visible_tickets, welcome
from live.hub import current_hub
from live.outlet import Outlet
from live.patrol import CLOSE_SIGNED_OUT, patrol_of
from live.presence import Presence
from live.restart import spread_closing_on_termination
from live.sockets import AgentSocket
from live.threads import in_thread

CLOSE_BAD_FRAME = 4400
CLOSE_TOO_MANY_FRAMES = 4429
MAX_WATCHED = 20
FRAMES_PER_WINDOW = 100
WINDOW_SECONDS = 10.0
MODES = ("", "reply", "note")


class AgentConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """Frames in: watch, typing, ping. Frames out: docs/sockets.md."""

    socket: AgentSocket | None = None
    frames_in_window = 0
    window_ends_at = 0.0

    async def connect(self) -> None:
        hub = current_hub()
        if hub.is_closing:
            await self.close()
            return
        found = await in_thread(welcome)(self.scope["headers"])
        # A browser learns a close code only after the socket has been opened.
        await self.accept()
        if found is None:
            await self.close(CLOSE_SIGNED_OUT)
            return
        spread_closing_on_termination(hub)
        self.socket = AgentSocket(hub, Outlet(self._write, self.close), found.person, found.scopes)
        hub.join(self.socket.outlet, [DESK, agent_topic(found.person.agent_id)], scopes=found.scopes)
        patrol_of(hub).add(self.socket)
        self._answer(type="hello", build=settings.BUILD, agent=found.person.agent_id, cursor=found.cursor)

    async def disconnect(self, code: int) -> None:
        socket = self.socket
        if socket is None:
            return
        socket.hub.leave(socket.outlet)
        patrol = patrol_of(socket.hub)
        patrol.remove(socket)
        left = await patrol.presences.give_up(socket.seat, list(socket.watched))
        for ticket_id, present in left.items():
            await self._tell(socket, ticket_id, present)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        if self.socket is None:
            return
        if self._is_flooding():
            await self.close(CLOSE_TOO_MANY_FRAMES)
            return
        handler = self._handler_of(text_data)
        if handler is None:
            await self.close(CLOSE_BAD_FRAME)
            return
        await handler

    def _handler_of(self, text: str | None) -> Awaitable[None] | None:
        try:
            frame = json.loads(text or "")
        except (ValueError, RecursionError):
            return None
        if not isinstance(frame, dict) or self.socket is None:
            return None
        handlers: dict[str, Callable[[AgentSocket, dict[str, Any]], Awaitable[None]]] = {
            "watch": self._on_watch,
            "typing": self._on_typing,
            "ping": self._on_ping,
        }
        handler = handlers.get(str(frame.get("type")))
        return handler(self.socket, frame) if handler else None

    async def _on_ping(self, socket: AgentSocket, frame: dict[str, Any]) -> None:
        self._answer(type="pong")

    async def _on_watch(self, socket: AgentSocket, frame: dict[str, Any]) -> None:
        """The tickets that this browser's visible screens show; the whole set each time."""
        wanted = {item for item in _list(frame.get("tickets")) if isinstance(item, int)}
        gone = socket.watched - wanted
        for ticket_id in gone:
            socket.unwatch(ticket_id)
        presences = patrol_of(socket.hub).presences
        for ticket_id, present in (await presences.give_up(socket.seat, list(gone))).items():
            await self._tell(socket, ticket_id, present)
        new = wanted - socket.watched
        if not new:
            return
        for ticket_id in await in_thread(visible_tickets)(socket.person.agent_id, new):
            socket.watch(ticket_id)
            await self._tell(socket, ticket_id, await presences.take(socket.seat, ticket_id))
            await in_thread(publish)(TicketSeen(ticket_id=ticket_id, agent_id=socket.person.agent_id))

    async def _on_typing(self, socket: AgentSocket, frame: dict[str, Any]) -> None:
        ticket_id, mode = frame.get("ticket"), frame.get("mode", "")
        if not isinstance(ticket_id, int) or ticket_id not in socket.watched or mode not in MODES:
            return
        socket.note_typing(ticket_id, mode)
        present = await patrol_of(socket.hub).presences.take(socket.seat, ticket_id, typing=mode)
        await self._tell(socket, ticket_id, present)
        if mode == "reply":
            person = socket.person
            await in_thread(publish)(AgentTyped(ticket_id=ticket_id, agent_id=person.agent_id, agent_name=person.name))

    async def _tell(self, socket: AgentSocket, ticket_id: int, present: Presence) -> None:
        frame = {"type": "presence", "ticket": ticket_id, "agents": present}
        await socket.hub.publish(Hint((ticket_topic(ticket_id),), frame))

    async def _write(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    def _answer(self, **frame: Any) -> None:
        if self.socket is not None:
            self.socket.outlet.push(json.dumps(frame))

    def _is_flooding(self) -> bool:
        now = time.monotonic()
        if now > self.window_ends_at:
            self.window_ends_at, self.frames_in_window = now + WINDOW_SECONDS, 0
        self.frames_in_window += 1
        return self.frames_in_window > FRAMES_PER_WINDOW


def _list(value: object) -> list[Any]:
    return value[:MAX_WATCHED] if isinstance(value, list) else []
