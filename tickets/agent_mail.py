"""What an agent's mail to an inbox means: a pure decision. Whoever can write a From line must gain nothing by it.

A public reply needs both proofs: the answering address that only this agent was given, and somebody who vouches for the
sender. With less, the words become a note that says so; nothing of it is ever sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tickets.threading import FORGED, VERIFIED, Candidate, obstacle

Meaning = Literal["reply", "note", "held", "forward", "contact"]
# As programs write it, too: bold, behind an invisible character, with a blank. In doubt nothing leaves the desk.
_NOTE_MARK = re.compile(r"\A[^\w#\uff03]{0,20}[#\uff03]\s?notes?\b[:*_\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMail:
    """`held`: a note that says who it claims to be from. `contact`: no business of an agent, read it as anybody's."""

    meaning: Meaning
    reason: str = ""
    ticket_id: int | None = None


CONTACT = AgentMail(meaning="contact")


def read(candidates: Sequence[Candidate], *, auth: str, text: str, is_forward: bool) -> AgentMail:
    """Never a reply without both proofs."""
    own = next((item for item in candidates if item.via == "agent"), None)
    if own is not None:
        return _answer(own, auth=auth, text=text)
    joinable = [item for item in candidates if item.via not in ("agent", "copy")]
    if any(not obstacle(item, auth) for item in joinable):
        return CONTACT  # the requester of a ticket may be an agent, too
    clue = next((item for item in joinable if item.side_id is None), None)
    if clue is None:
        return AgentMail(meaning="forward") if is_forward and auth == VERIFIED else CONTACT
    if auth == VERIFIED:
        reason = "Kept as a note: an agent's mail that did not come to the address of a notification is never sent"
        return AgentMail(meaning="note", reason=reason, ticket_id=clue.ticket_id)
    if auth == FORGED or clue.via in ("subject", "mention"):
        return CONTACT
    return _held(clue)


def without_mark(text: str) -> str:
    """The words of a note, without the #note that asked for one."""
    return _NOTE_MARK.sub("", text, count=1)


def _answer(own: Candidate, *, auth: str, text: str) -> AgentMail:
    if auth != VERIFIED:
        return _held(own)
    if _NOTE_MARK.match(text):
        return AgentMail(meaning="note", reason="A note by mail", ticket_id=own.ticket_id)
    return AgentMail(meaning="reply", reason="A reply by mail", ticket_id=own.ticket_id)


def _held(clue: Candidate) -> AgentMail:
    reason = "Not sent: it claims to be from an agent, and nobody vouches for that"
    return AgentMail(meaning="held", reason=reason, ticket_id=clue.ticket_id)
