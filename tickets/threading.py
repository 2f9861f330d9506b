"""Where an incoming message belongs: a pure decision with its reason. Knows neither the database nor settings.

The order: (1) the signed reply address, (2) a Message-ID that we sent, (3) any other shared reference, (4) the ticket
number in the subject, (5) the chat conversation. (2) to (4) also need the participant test: the sender must have been
part of the ticket; a stranger who quotes a thread opens a new, linked ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Via = Literal["token", "sent", "reference", "subject", "thread", "copy"]
_RANK: dict[Via, int] = {"token": 0, "thread": 1, "sent": 2, "reference": 3, "subject": 4, "copy": 5}
_WORDS: dict[Via, str] = {
    "token": "the signed reply address matched",
    "sent": "it answers a message that we sent",
    "reference": "its References matched",
    "subject": "the subject names the ticket",
    "thread": "it belongs to the same conversation",
    "copy": "the same message went to another inbox",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ticket that a clue points at. `is_participant`: the sender is its requester, was in its Cc, or belongs to the
    requester's organization."""

    ticket_id: int
    number: int
    via: Via
    status: str
    done_at: datetime | None
    reopen_until: datetime | None
    is_participant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`append` to ticket_id, or open a `new` ticket that may follow `linked_ticket_id`."""

    action: Literal["append", "new"]
    reason: str
    ticket_id: int | None = None
    reopen: bool = False
    linked_ticket_id: int | None = None


def decide(candidates: Sequence[Candidate], *, at: datetime) -> Decision:
    """The strongest clue decides; within a clue the newest ticket."""
    ordered = sorted(candidates, key=lambda item: (_RANK[item.via], -item.ticket_id))
    stranger: Candidate | None = None
    for candidate in ordered:
        if not _may_join(candidate):
            stranger = stranger or candidate
            continue
        return _join(candidate, at)
    if stranger and stranger.via == "copy":
        reason = f"The same message also went to another inbox, as #{stranger.number}"
        return Decision(action="new", reason=reason, linked_ticket_id=stranger.ticket_id)
    if stranger:
        reason = f"Opened apart from #{stranger.number}: {_WORDS[stranger.via]}, but the sender is not part of it"
        return Decision(action="new", reason=reason, linked_ticket_id=stranger.ticket_id)
    return Decision(action="new", reason="Nothing linked it to an earlier ticket")


def _may_join(candidate: Candidate) -> bool:
    if candidate.via == "copy":
        return False
    # The token was given to this sender, and a conversation key is the provider's word: both prove membership.
    return candidate.is_participant or candidate.via in ("token", "thread")


def _join(candidate: Candidate, at: datetime) -> Decision:
    reason = f"Threaded because {_WORDS[candidate.via]}"
    if candidate.status in ("open", "pending", "on_hold"):
        return Decision(action="append", reason=reason, ticket_id=candidate.ticket_id)
    if candidate.status == "spam":
        return Decision(action="append", reason=reason, ticket_id=candidate.ticket_id)
    if candidate.reopen_until and at <= candidate.reopen_until:
        return Decision(action="append", reason=reason, ticket_id=candidate.ticket_id, reopen=True)
    return Decision(
        action="new",
        reason=f"Follow-up of #{candidate.number}, which was closed too long ago to reopen",
        linked_ticket_id=candidate.ticket_id,
    )
