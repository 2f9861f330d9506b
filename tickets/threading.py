"""Where an incoming message belongs: a pure decision with its reason. Knows neither the database nor settings.

The order: (1) the signed reply address, (2) the chat conversation, (3) a Message-ID that we sent, (4) another one that
we received, (5) one that was only mentioned, (6) the ticket number in the subject. (3) to (6) also need the participant
test: the sender must have been part of the ticket, and nobody may have said that the sender is forged. A number alone
proves nothing, so (6) also needs somebody who vouches for the sender. Everybody else opens a new, linked ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Via = Literal["token", "thread", "sent", "reference", "mention", "subject", "agent", "copy"]
LinkKind = Literal["", "follow_up", "maybe", "copy"]

# What the sender check says (channels_in fills it in).
VERIFIED, FORGED = "pass", "fail"

_RANK: dict[Via, int] = {
    "token": 0,
    "thread": 1,
    "sent": 2,
    "reference": 3,
    "mention": 4,
    "subject": 5,
    "agent": 6,
    "copy": 7,
}
_WORDS: dict[Via, str] = {
    "token": "the signed reply address matched",
    "thread": "it belongs to the same conversation",
    "sent": "it answers a message that we sent",
    "reference": "its References matched",
    "mention": "it mentions a mail that this ticket mentions",
    "subject": "the subject names the ticket",
    "agent": "it came to an agent's own answering address",
    "copy": "the same message went to another inbox",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ticket that a clue points at.

    `is_participant`: the sender is its requester, wrote in it, or was named as a receiver by somebody we believe;
    `is_colleague`: of the requester's organization. With a `side_id` the clue points into a side conversation, where
    `is_member` counts instead. `distance`: 1 is the message that is answered, higher ones are further up the thread.
    """

    ticket_id: int
    number: int
    via: Via
    status: str
    done_at: datetime | None
    reopen_until: datetime | None
    is_participant: bool
    is_colleague: bool = False
    side_id: int | None = None
    is_member: bool = False
    distance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`append` to ticket_id (or its side conversation), or open a `new` ticket that may be linked to an older one."""

    action: Literal["append", "new"]
    reason: str
    via: Via | Literal[""] = ""
    ticket_id: int | None = None
    side_id: int | None = None
    reopen: bool = False
    linked_ticket_id: int | None = None
    link: LinkKind = ""


def decide(candidates: Sequence[Candidate], *, at: datetime, auth: str = "") -> Decision:
    """The strongest clue decides; within a clue the nearest message of the thread, then the newest ticket."""
    ordered = sorted(candidates, key=lambda item: (_RANK[item.via], item.distance, -item.ticket_id, item.side_id or 0))
    kept_out: Candidate | None = None
    for candidate in ordered:
        if candidate.via == "agent":
            continue  # it proves an agent, never a customer
        if not obstacle(candidate, auth):
            return _join(candidate, at)
        if candidate.via not in ("mention", "copy"):
            kept_out = kept_out or candidate
    if kept_out:
        why = obstacle(kept_out, auth)
        reason = f"Possibly belongs to #{kept_out.number}: {_WORDS[kept_out.via]}, but {why}"
        # A third party's words are not offered for joining: that is where the customer reads.
        link: LinkKind = "maybe" if kept_out.side_id is None else ""
        return Decision(action="new", reason=reason, linked_ticket_id=kept_out.ticket_id, link=link)
    if copy := next((item for item in ordered if item.via == "copy"), None):
        reason = f"The same message also went to another inbox, as #{copy.number}"
        return Decision(action="new", reason=reason, linked_ticket_id=copy.ticket_id, link="copy")
    return Decision(action="new", reason="Nothing linked it to an earlier ticket")


def obstacle(candidate: Candidate, auth: str) -> str:
    """Why this sender may not join where the clue points; "" when they may."""
    if candidate.via == "copy":
        return "it is a copy"
    # The token was given to this sender, and a conversation key is the provider's word: both prove membership.
    if candidate.via in ("token", "thread"):
        return ""
    if auth == FORGED:
        return "the sender looks forged"
    if candidate.side_id is not None:
        if not candidate.is_member:
            return "the sender is not part of that side conversation"
    # What was only mentioned, say a newsletter, may be known to many of the same organization.
    elif not (candidate.is_participant or (candidate.is_colleague and candidate.via != "mention")):
        return "the sender is not part of it"
    if candidate.via == "subject" and auth != VERIFIED:
        return "nobody vouches for the sender, and a number alone proves nothing"
    return ""


def _join(candidate: Candidate, at: datetime) -> Decision:
    reason = f"Threaded because {_WORDS[candidate.via]}"
    if candidate.side_id is not None:
        return Decision(
            action="append",
            reason=reason,
            via=candidate.via,
            ticket_id=candidate.ticket_id,
            side_id=candidate.side_id,
        )
    is_alive = candidate.status in ("open", "pending", "on_hold", "spam")
    if is_alive or (candidate.reopen_until and at <= candidate.reopen_until):
        return Decision(
            action="append", reason=reason, via=candidate.via, ticket_id=candidate.ticket_id, reopen=not is_alive
        )
    return Decision(
        action="new",
        reason=f"Follow-up of #{candidate.number}, which was closed too long ago to reopen",
        linked_ticket_id=candidate.ticket_id,
        link="follow_up",
    )
