"""How long a ticket has waited in the past, told from its journal: what a time rule would have acted on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_OPEN = ("open", "pending", "on_hold")

# The kinds of events that begin or end a wait.
TOLD_BY = (
    "TicketOpened",
    "StatusChanged",
    "TicketAssigned",
    "MessageReceived",
    "MessageQueued",
    "MessageFailed",
    "NoteAdded",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the journal."""

    kind: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(slots=True)
class _State:
    """What a ticket was like at a moment, as far as waits go."""

    opened_at: datetime
    status: str = "open"
    status_since: datetime | None = None
    assignee: int | None = None
    assignee_since: datetime | None = None
    waiting_since: datetime | None = None
    written_at: datetime | None = None
    answered_at: datetime | None = None
    answer_id: int | None = None
    spoken_at: datetime | None = None

    def hear(self, told: Told) -> None:
        match told.kind:
            case "StatusChanged":
                self.status, self.status_since = str(told.data.get("after")), told.at
                if self.status not in _OPEN:
                    self.waiting_since = None
            case "TicketAssigned":
                self.assignee, self.assignee_since = told.data.get("after"), told.at
            case "MessageReceived":
                self.written_at = self.spoken_at = told.at
                if not told.data.get("is_automatic"):
                    self.waiting_since = self.waiting_since or told.at
            case "MessageQueued":
                self.spoken_at = told.at
                self._answer(told)
            case "MessageFailed":
                self._fail(told)
            case "NoteAdded":
                self.spoken_at = told.at

    def _answer(self, told: Told) -> None:
        if not told.data.get("is_automatic"):
            self.answered_at, self.waiting_since = told.at, None
            self.answer_id = told.data.get("message_id")

    def _fail(self, told: Told) -> None:
        if told.data.get("delivery") == "failed" and told.data.get("message_id") == self.answer_id:
            self.answered_at = None

    def since(self, wait: str) -> datetime | None:
        """Since when it waits like that; None when it does not. routing/waits.py says the same in SQL."""
        if wait in ("pending", "on_hold", "open", "resolved"):
            return self.status_since or self.opened_at if self.status == wait else None
        if self.status not in _OPEN:
            return None
        match wait:
            case "waiting":
                return self.waiting_since
            case "unanswered":
                is_last = self.answered_at and (self.written_at is None or self.answered_at > self.written_at)
                return self.answered_at if is_last and self.waiting_since is None else None
            case "quiet":
                return self.spoken_at
            case "unassigned":
                return (self.assignee_since or self.opened_at) if self.assignee is None else None
            case "opened":
                return self.opened_at
        return None


def past_waits(wait: str, journal: Iterable[Told]) -> Iterator[tuple[datetime, datetime | None]]:
    """Each wait of this kind, from when until when; the last one may go on (None)."""
    state: _State | None = None
    since: datetime | None = None
    for told in journal:
        if state is None:
            state = _State(opened_at=told.at)
        state.hear(told)
        now_since = state.since(wait)
        if now_since != since:
            if since is not None:
                yield since, told.at
            since = now_since
    if since is not None:
        yield since, None
