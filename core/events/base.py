"""What an event is: a typed, past-tense fact, and who caused it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Literal

ActorKind = Literal["agent", "contact", "rule", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who caused a change. `depth` counts rules that triggered rules; `cause` names the rule: none reacts to itself."""

    kind: ActorKind
    id: int | None = None
    name: str = ""
    cause: str = ""
    depth: int = 0


SYSTEM = Actor(kind="system", name="Helpdesk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChanged(Event):
    """Base of a ticket's events. The journal fills in `ticket_id`, `seq` (gapless per ticket), `event_id` and `at`."""

    ticket_id: int = 0
    seq: int = 0
    event_id: int = 0
    at: datetime | None = None
    actor: Actor = field(default=SYSTEM)

    is_public: ClassVar[bool] = False

    @classmethod
    def key(cls) -> str:
        return cls.__name__

    def data(self) -> dict[str, Any]:
        """The event's own fields, as stored in TicketEvent.data."""
        own = {item.name for item in fields(self)} - {item.name for item in fields(TicketChanged)}
        return {name: value for name, value in asdict(self).items() if name in own}
