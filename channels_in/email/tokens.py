"""Signed marks in addresses and Message-IDs: what we put in goes out to strangers and comes back as proof.

All are lower-case base32 and decimal digits, since mail systems fold case; the signatures cannot be guessed.
"""

from __future__ import annotations

import re

from core.crypto import is_signed, signature

_REPLY = "mail-reply-address"
_SIDE = "mail-side-address"
_AGENT = "mail-agent-address"
_BOUNCE = "mail-bounce-address"
_MESSAGE_ID = "mail-message-id"
_LOOP = "mail-loop-mark"
_CHECK = "mail-check"
_REPLY_BYTES = 16
_MAX_LOCAL_PART = 64

_REPLY_MARK = re.compile(r"r(\d{1,18})\.([a-z2-7]{26})")
_SIDE_MARK = re.compile(r"s(\d{1,18})\.([a-z2-7]{26})")
_AGENT_MARK = re.compile(r"a(\d{1,18})\.(\d{1,9})\.([a-z2-7]{26})")
_BOUNCE_MARK = re.compile(r"b(\d{1,18})\.([a-z2-7]{16})")
_CHECK_MARK = re.compile(r"check\.(\d{1,18})\.(\d{1,18})\.([a-z2-7]{16})")
_OWN_ID = re.compile(r"t\.(\d{1,18})\.m\.(\d{1,18})\.([a-z2-7]{16})@.+", re.IGNORECASE)


def reply_address(inbox_address: str, *, ticket_id: int, to: str) -> str:
    """Where one person may answer one ticket: help+r4711.<signature>@example.com."""
    mark = f"r{ticket_id}.{signature(_REPLY, ticket_id, to.lower(), size=_REPLY_BYTES)}"
    return _with_mark(inbox_address, mark)


def side_address(inbox_address: str, *, side_id: int, to: str) -> str:
    """Where one third party may answer one side conversation."""
    return _with_mark(inbox_address, f"s{side_id}.{signature(_SIDE, side_id, to.lower(), size=_REPLY_BYTES)}")


def agent_address(inbox_address: str, *, ticket_id: int, seq: int, to: str) -> str:
    """Where one agent may answer one ticket by mail, as somebody who had read it up to `seq`."""
    mark = signature(_AGENT, ticket_id, seq, to.lower(), size=_REPLY_BYTES)
    return _with_mark(inbox_address, f"a{ticket_id}.{seq}.{mark}")


def bounce_address(inbox_address: str, *, message_id: int) -> str:
    """The envelope sender of one message: whatever comes back to it is about that message."""
    return _with_mark(inbox_address, f"b{message_id}.{signature(_BOUNCE, message_id)}")


def own_message_id(inbox_address: str, *, ticket_id: int, message_id: int) -> str:
    """The Message-ID of our row, without angle brackets; the same on every attempt."""
    mark = signature(_MESSAGE_ID, ticket_id, message_id)
    return f"t.{ticket_id}.m.{message_id}.{mark}@{inbox_address.rpartition('@')[2] or 'localhost'}"


def loop_mark() -> str:
    """What our mails carry, and what no mail from outside should."""
    return signature(_LOOP)


def check_mark(*, inbox_id: int, number: int) -> str:
    """What the test mail of an inbox's settings page carries, so that nobody can play its coming back."""
    return f"check.{inbox_id}.{number}.{signature(_CHECK, inbox_id, number)}"


def is_check_mark(mark: str, *, inbox_id: int) -> bool:
    match = _CHECK_MARK.fullmatch(mark.strip().lower())
    if match is None or int(match.group(1)) != inbox_id:
        return False
    return is_signed(match.group(3), _CHECK, inbox_id, int(match.group(2)))


def ticket_of_reply_address(address: str, *, sender: str) -> int | None:
    """The ticket that this sender was given this address for; None for a wrong, foreign or borrowed one."""
    match = _REPLY_MARK.fullmatch(_mark_of(address))
    if match is None or not is_signed(match.group(2), _REPLY, int(match.group(1)), sender.lower(), size=_REPLY_BYTES):
        return None
    return int(match.group(1))


def side_of_address(address: str, *, sender: str) -> int | None:
    match = _SIDE_MARK.fullmatch(_mark_of(address))
    if match is None or not is_signed(match.group(2), _SIDE, int(match.group(1)), sender.lower(), size=_REPLY_BYTES):
        return None
    return int(match.group(1))


def ticket_of_agent_address(address: str, *, sender: str) -> tuple[int, int] | None:
    """(ticket, newest seq that the agent had read); None for a wrong, foreign or borrowed address."""
    match = _AGENT_MARK.fullmatch(_mark_of(address))
    if match is None:
        return None
    ticket_id, seq = int(match.group(1)), int(match.group(2))
    if not is_signed(match.group(3), _AGENT, ticket_id, seq, sender.lower(), size=_REPLY_BYTES):
        return None
    return ticket_id, seq


def message_of_bounce_address(address: str) -> int | None:
    match = _BOUNCE_MARK.fullmatch(_mark_of(address))
    if match is None or not is_signed(match.group(2), _BOUNCE, int(match.group(1))):
        return None
    return int(match.group(1))


def message_of_own_id(message_id: str) -> int | None:
    """Our row behind a Message-ID that we made; None for any other, also for an imitation."""
    match = _OWN_ID.fullmatch(message_id)
    if match is None or not is_signed(match.group(3), _MESSAGE_ID, int(match.group(1)), int(match.group(2))):
        return None
    return int(match.group(2))


def without_mark(address: str) -> str:
    """The plain address behind a plus-address; others unchanged."""
    local, at, domain = address.lower().rpartition("@")
    base, plus, _ = local.rpartition("+")
    return f"{base}{at}{domain}" if plus and base else address.lower()


def _mark_of(address: str) -> str:
    local = address.lower().rpartition("@")[0]
    return local.rpartition("+")[2]


def _with_mark(address: str, mark: str) -> str:
    """The plain address where the mark would make it too long; headers then do the threading."""
    local, at, domain = address.rpartition("@")
    marked = f"{local}+{mark}"
    return f"{marked}{at}{domain}" if at and len(marked) <= _MAX_LOCAL_PART else address
