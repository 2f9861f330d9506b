"""An agent's socket as this process knows it: the person, the way out, the tickets on its screens."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from uuid import uuid4

from core.push import ticket_topic
from live.entrance import Person
from live.hub import Hub
from live.outlet import Outlet
from live.presence import TYPING_SECONDS, Seat
from tickets.selectors.access import Scopes


@dataclass(eq=False, slots=True)
class AgentSocket:
    hub: Hub
    outlet: Outlet
    person: Person
    scopes: Scopes
    watched: set[int] = field(default_factory=set)
    typing: dict[int, tuple[str, float]] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid4().hex[:12])

    @property
    def seat(self) -> Seat:
        return Seat(self.id, self.person.agent_id, self.person.name)

    def watch(self, ticket_id: int) -> None:
        self.watched.add(ticket_id)
        self.hub.subscribe(self.outlet, ticket_topic(ticket_id))

    def unwatch(self, ticket_id: int) -> None:
        self.watched.discard(ticket_id)
        self.typing.pop(ticket_id, None)
        self.hub.unsubscribe(self.outlet, ticket_topic(ticket_id))

    def note_typing(self, ticket_id: int, mode: str) -> None:
        if mode:
            self.typing[ticket_id] = (mode, time.monotonic() + TYPING_SECONDS)
        else:
            self.typing.pop(ticket_id, None)

    def typing_on(self, ticket_id: int) -> str:
        """ "reply", "note", or "" when the last keystroke is too long ago."""
        mode, until = self.typing.get(ticket_id, ("", 0.0))
        return mode if until > time.monotonic() else ""
