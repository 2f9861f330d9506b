"""Walks through the open agents' sockets: who logged out leaves, who may see less gets less, leases are renewed."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from weakref import WeakKeyDictionary

from core.push import ticket_topic
from live.entrance import Inspection, inspect
from live.hub import Hub
from live.presence import Presence, Presences
from live.sockets import AgentSocket
from live.threads import in_thread
from people.services.agents import mark_seen
from tickets.selectors.access import Scopes

logger = logging.getLogger(__name__)

CLOSE_SIGNED_OUT = 4401
# A deactivated agent hears nothing more after five seconds at most.
CHECK_SECONDS = 3.0
PRESENCE_SECONDS = 10.0
SEEN_SECONDS = 25.0


class Patrol:
    """Use `patrol_of(hub)`; it walks while there are sockets."""

    def __init__(self, hub: Hub) -> None:
        self.presences = Presences(hub.redis)
        self._hub = hub
        self._sockets: set[AgentSocket] = set()
        self._told: dict[int, Presence] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: AgentSocket) -> None:
        self._sockets.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._walk())

    def remove(self, socket: AgentSocket) -> None:
        self._sockets.discard(socket)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """Everyone's session, role and scopes, and the tickets on their screens, in a few queries for all."""
        sockets = list(self._sockets)
        watches = {(socket.person.agent_id, ticket_id) for socket in sockets for ticket_id in socket.watched}
        found: Inspection = await in_thread(inspect)([socket.person for socket in sockets], watches)
        for socket in sockets:
            scopes = found.scopes.get(socket.person.session_key)
            if scopes is None:
                self._hub.leave(socket.outlet, code=CLOSE_SIGNED_OUT)
                continue
            self._rescope(socket, scopes)
            # What was opened while the question was under way has just had its own check.
            for agent_id, ticket_id in watches - found.watches:
                if agent_id == socket.person.agent_id and ticket_id in socket.watched:
                    socket.unwatch(ticket_id)

    def _rescope(self, socket: AgentSocket, scopes: Scopes) -> None:
        """Another audience: the screen must load anew, since rows may have come into sight or gone out of it."""
        if scopes != socket.scopes:
            socket.scopes = scopes
            self._hub.rescope(socket.outlet, scopes)
            socket.outlet.push('{"type":"reset"}')

    async def renew_presence(self) -> None:
        """Keep the leases, and tell our own screens of those that ran out."""
        seats = [
            (socket.seat, ticket_id, socket.typing_on(ticket_id))
            for socket in self._sockets
            for ticket_id in socket.watched
        ]
        now_there = await self.presences.renew(seats)
        for ticket_id, present in now_there.items():
            if self._told.get(ticket_id) != present:
                frame = {"type": "presence", "ticket": ticket_id, "agents": present}
                self._hub.deliver([ticket_topic(ticket_id)], json.dumps(frame))
        self._told = now_there

    async def mark_seen(self) -> None:
        agent_ids = {socket.person.agent_id for socket in self._sockets}
        await in_thread(mark_seen)(*agent_ids)

    async def _walk(self) -> None:
        rounds = {self.check: CHECK_SECONDS, self.renew_presence: PRESENCE_SECONDS, self.mark_seen: SEEN_SECONDS}
        due = {job: time.monotonic() + seconds for job, seconds in rounds.items()}
        while self._sockets:
            await asyncio.sleep(max(0.0, min(due.values()) - time.monotonic()))
            for job in [job for job, at in due.items() if at <= time.monotonic()]:
                due[job] = time.monotonic() + rounds[job]
                try:
                    await job()
                except Exception:  # a database that is away must not end the walk
                    logger.exception("A round through the sockets failed; the next one repairs it")


_patrols: WeakKeyDictionary[Hub, Patrol] = WeakKeyDictionary()


def patrol_of(hub: Hub) -> Patrol:
    if hub not in _patrols:
        _patrols[hub] = Patrol(hub)
    return _patrols[hub]
