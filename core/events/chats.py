"""What happens to chats beside their messages."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.base import TicketChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatUnanswered(TicketChanged):
    """Nobody answers a chat: its visitor is told to expect the answer later (`message_id`), `agent_ids` are to be told.

    `why`: "time" (it has lasted as long as visitors are to wait) or "nobody" (nobody who could answer is there).
    """

    waited_seconds: int
    why: str
    message_id: int | None = None
    agent_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEnded(TicketChanged):
    """A chat is over. `how`: "visitor" or "agent" (who ended it), "resolved" (with its ticket), "left" (before anybody
    answered). What they write after that begins a new one."""

    how: str
    is_answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatResumed(TicketChanged):
    """An agent took back that a chat was over: the event `undoes`. It goes on as if it had never ended."""

    undoes: int
