"""What a customer of the past said when they were asked: the request, the rating, and what came of a bad one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

OPEN_DAYS = 14
RECOVERY = timedelta(hours=2)
LOW = 2


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came of a bad rating, who said so, and when."""

    at: datetime
    by: str
    outcome: str
    cause: str


@dataclass(slots=True)
class Opinion:
    """The snapshot is of the moment when the customer was asked; the ids are given when a batch is stored."""

    ticket_id: int
    survey_id: int | None
    asked_at: datetime
    resolved_at: datetime | None
    team_id: int | None
    agent_id: int | None
    inbox_id: int
    channel: str
    priority: str
    organization_id: int | None
    contact_id: int
    tags: list[str] = field(default_factory=list)
    rated_at: datetime | None = None
    score: int = 0
    comment: str = ""
    recovered: Recovered | None = None
    request_id: int = 0
    rating_id: int = 0
    recovery_id: int = 0

    @property
    def is_low(self) -> bool:
        return 0 < self.score <= LOW

    @property
    def due_at(self) -> datetime:
        """When somebody should have been in touch; only a bad rating has such a moment."""
        return (self.rated_at or self.asked_at) + RECOVERY

    @property
    def is_in_time(self) -> bool:
        return self.recovered is not None and self.recovered.at <= self.due_at


def give_ids(opinions: Iterable[Opinion], requests: Iterator[int], ratings: Iterator[int], low: Iterator[int]) -> None:
    for opinion in opinions:
        opinion.request_id = next(requests)
        opinion.rating_id = next(ratings) if opinion.score else 0
        opinion.recovery_id = next(low) if opinion.is_low else 0


REQUEST_COLUMNS = (
    "id", "ticket_id", "survey_id", "state", "is_by_hand", "token_hash", "language", "created_at", "due_at", "asked_at",
    "expires_at", "reason", "resolved_at", "team_id", "agent_id", "inbox_id", "channel", "priority", "organization_id",
    "contact_id", "tags",
)  # fmt: skip
RATING_COLUMNS = (
    "id", "request_id", "ticket_id", "score", "comment", "channel", "rated_at", "history", "is_latest",
)  # fmt: skip
RECOVERY_COLUMNS = (
    "id", "rating_id", "ticket_id", "owner_id", "opened_at", "due_at", "overdue_told_at", "closed_at", "closed_by",
    "outcome", "cause",
)  # fmt: skip


def request_row(it: Opinion) -> tuple[Any, ...]:
    return (
        it.request_id, it.ticket_id, it.survey_id, "answered" if it.score else "asked", False, "", "en", it.asked_at,
        it.asked_at, it.asked_at, it.asked_at + timedelta(days=OPEN_DAYS), "", it.resolved_at, it.team_id, it.agent_id,
        it.inbox_id, it.channel, it.priority, it.organization_id, it.contact_id, "{" + ",".join(it.tags) + "}",
    )  # fmt: skip


def rating_row(it: Opinion, *, is_latest: bool) -> tuple[Any, ...]:
    return (
        it.rating_id, it.request_id, it.ticket_id, it.score, it.comment, it.channel, it.rated_at, json.dumps([]),
        is_latest,
    )  # fmt: skip


def recovery_row(it: Opinion) -> tuple[Any, ...]:
    done = it.recovered
    told = it.due_at if done is None or done.at > it.due_at else None
    return (
        it.recovery_id, it.rating_id, it.ticket_id, it.agent_id, it.rated_at, it.due_at, told,
        done.at if done else None, done.by if done else "", done.outcome if done else "", done.cause if done else "",
    )  # fmt: skip
