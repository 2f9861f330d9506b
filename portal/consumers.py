"""The visitors' socket `/ws/chat/`: the token comes in the first frame, never in the address. docs/sockets.md."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError

from channels_in.webchat.tokens import TokenRefused
from core.errors import HelpdeskError
from core.push import browser_topic, visitor_topic
from live.hub import Hub, current_hub
from live.outlet import Outlet
from live.restart import spread_closing_on_termination
from portal import socket_work
from portal.attendance import current_attendance
from portal.budget import Budget
from portal.chat import Guest
from portal.doors import json_object, refusal
from portal.words import FALLBACK

logger = logging.getLogger(__name__)

CLOSE_BAD_FRAME = 4400
CLOSE_TOKEN = 4401
CLOSE_TOO_FAST = 4429
CLOSE_SILENT = 4408
HELLO_SECONDS = 10
MAX_FRAME = 16 * 1024
BYTES_PER_SECOND = 4 * 1024
BURST_BYTES = 48 * 1024
# A tiny frame costs us more than its bytes.
LEAST_COST = 512
TYPING_EVERY_SECONDS = 2.0

Frame = dict[str, Any]


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """Frames in: hello, message, typing, received, seen, ping. Everything that needs the database runs in threads."""

    hub: Hub
    outlet: Outlet | None = None
    guest: Guest | None = None
    topic = ""
    address = ""
    # The browser counts its greetings, so that it knows which of them a welcome answers.
    turn: int | None = None
    typed_at = 0.0
    is_in_view = False

    async def connect(self) -> None:
        self.hub = current_hub()
        self.address = socket_work.address_of(self.scope)
        if self.hub.is_closing or not await socket_work.may_connect(self.address):
            await self.close()
            return
        await self.accept()
        spread_closing_on_termination(self.hub)
        self.budget = Budget(per_second=BYTES_PER_SECOND, most=BURST_BYTES, at=time.monotonic())
        self.outlet = Outlet(self._write, self.close)
        self.hub.join(self.outlet, [])
        self.patience = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._give_up)

    async def disconnect(self, code: int) -> None:
        if self.outlet is not None:
            self.patience.cancel()
            self.hub.leave(self.outlet)
            if self.is_in_view and self.guest is not None and self.guest.visitor is not None:
                await current_attendance().leave(self.guest.visitor.pk)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        if self.outlet is None:
            return
        size = len(text_data or "")
        if not size or size > MAX_FRAME:
            await self.close(CLOSE_BAD_FRAME)
            return
        if not self.budget.take(max(size, LEAST_COST), at=time.monotonic()):
            await self.close(CLOSE_TOO_FAST)
            return
        frame = json_object(text_data or "")
        handler = self._handler_of(frame)
        if frame is None or handler is None:
            await self.close(CLOSE_BAD_FRAME)
            return
        await self._handle(handler, frame)

    async def _handle(self, handler: Callable[[Frame], Awaitable[None]], frame: Frame) -> None:
        try:
            await handler(frame)
        except TokenRefused:
            await self.close(CLOSE_TOKEN)
        except HelpdeskError as error:
            self._answer({"type": "refused", "id": frame.get("id"), **refusal(error, self._language)})
        except DatabaseError:
            # Nothing was promised: the browser keeps the message and sends it again.
            logger.warning("The chat cannot reach the database", exc_info=True)
            await self.close(1011)

    def _handler_of(self, frame: Frame | None) -> Callable[[Frame], Awaitable[None]] | None:
        if frame is None:
            return None
        if self.guest is None:
            return self._on_hello if frame.get("type") == "hello" else None
        handlers: dict[str, Callable[[Frame], Awaitable[None]]] = {
            "hello": self._on_hello,
            "message": self._on_message,
            "typing": self._on_typing,
            "received": self._on_progress,
            "seen": self._on_progress,
            "ping": self._on_ping,
        }
        return handlers.get(str(frame.get("type")))

    async def _on_hello(self, frame: Frame) -> None:
        """Who it is, then everything after what the browser has. Subscribed first, so nothing falls between."""
        guest = await socket_work.enter(_text(frame, "inbox"), _text(frame, "token"), _text(frame, "lang"))
        self.patience.cancel()
        self._become(guest)
        self.turn = _number(frame, "turn")
        self.is_in_view = bool(frame.get("visible"))
        self._welcome(
            await socket_work.caught_up(guest, ticket=_number(frame, "ticket"), seq=_number(frame, "seq") or 0)
        )
        if self.is_in_view:
            await self._note_presence(at_once=True)

    async def _on_message(self, frame: Frame) -> None:
        if self.guest is None:
            return
        was_known = self.guest.visitor is not None
        self._become(await socket_work.speak(self.guest, self.address, frame))
        self._answer({"type": "stored", "id": frame.get("id")})
        if not was_known:
            # Their first words were announced before this socket had a topic to hear of them.
            self._welcome(await socket_work.caught_up(self.guest))
            await self._note_presence(at_once=True)

    async def _on_typing(self, frame: Frame) -> None:
        visitor = self.guest.visitor if self.guest else None
        if visitor is None or time.monotonic() - self.typed_at < TYPING_EVERY_SECONDS:
            return
        self.typed_at = time.monotonic()
        await socket_work.tell_typing(visitor)

    async def _on_progress(self, frame: Frame) -> None:
        visitor, seq = self.guest.visitor if self.guest else None, _number(frame, "seq")
        if visitor is not None and seq is not None:
            await socket_work.note_progress(visitor, seq=seq, is_seen=frame["type"] == "seen")

    async def _on_ping(self, frame: Frame) -> None:
        self._answer({"type": "pong"})
        self.is_in_view = bool(frame.get("visible"))
        if self.is_in_view:
            await self._note_presence()

    def _become(self, guest: Guest) -> None:
        if self.outlet is not None and (self.guest is None or self.guest.key.uid != guest.key.uid):
            # By this topic a socket hears that its browser has signed out; earlier ones do no harm.
            self.hub.subscribe(self.outlet, browser_topic(guest.key.uid))
        self.guest = guest
        topic = visitor_topic(guest.visitor.identity_id) if guest.visitor else ""
        if self.outlet is not None and topic != self.topic:
            if self.topic:
                self.hub.unsubscribe(self.outlet, self.topic)
            self.hub.subscribe(self.outlet, topic)
            self.topic = topic

    async def _note_presence(self, *, at_once: bool = False) -> None:
        if self.guest is None or self.guest.visitor is None:
            return
        if at_once:
            await socket_work.arrived(self.guest.visitor)
        current_attendance().note(self.guest.visitor.pk)

    @property
    def _language(self) -> str:
        return self.guest.language if self.guest else FALLBACK

    def _give_up(self) -> None:
        if self.outlet is not None:
            self.outlet.end(CLOSE_SILENT)

    async def _write(self, text: str) -> None:
        await self.send(text_data=text)

    def _welcome(self, caught_up: Frame) -> None:
        self._answer({**caught_up, "turn": self.turn})

    def _answer(self, frame: Frame) -> None:
        if self.outlet is not None:
            self.outlet.push(json.dumps(frame))


def _text(frame: Frame, name: str) -> str:
    value = frame.get(name)
    return value if isinstance(value, str) else ""


def _number(frame: Frame, name: str) -> int | None:
    value = frame.get(name)
    return value if type(value) is int and 0 <= value < 2**31 else None
