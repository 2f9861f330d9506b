"""What customers think of it: they were asked, they rated, and somebody takes care of the unhappy ones."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.base import TicketChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class CsatAsked(TicketChanged):
    """The question has been put to the customer: in a message, which leaves as any other, or in the chat when it ended.
    Told once for each request."""

    request_id: int
    survey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingGiven(TicketChanged):
    """A customer rated, or changed their rating (`before`). Words are kept with the rating, never here."""

    request_id: int
    rating_id: int
    score: int
    before: int | None = None
    has_comment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryOpened(TicketChanged):
    """A bad rating: the owner gets in touch with the customer until `due_at`; `agent_ids` are to be told."""

    recovery_id: int
    request_id: int
    score: int
    due_at: str
    owner_id: int | None = None
    agent_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryOverdue(TicketChanged):
    """Its time is over and nothing came of it yet; told once."""

    recovery_id: int
    due_at: str
    agent_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryClosed(TicketChanged):
    """Somebody said what came of it; `is_in_time` by its due time."""

    recovery_id: int
    request_id: int
    outcome: str
    cause: str = ""
    is_in_time: bool = True
