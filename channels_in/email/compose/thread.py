"""The headers by which mail programs keep a conversation together.

Gmail wants References and an unchanged subject; Apple Mail and Thunderbird follow In-Reply-To and References; Outlook
reads those too, and groups by Thread-Topic and Thread-Index. A Thread-Index of ours goes only into conversations that
we began: in the customer's own it would tear apart what theirs holds together.
"""

from __future__ import annotations

import base64
import hashlib
import re

from channels_in.email.compose.people import plain
from channels_in.email.kind import KIND
from core.text import clean_line
from tickets.models import Direction, Message
from tickets.selectors.outgoing import answered_by, conversation_of

MAX_REFERENCES = 20
ALWAYS = "always"
_REUSED = re.compile(r"#[0-9a-f]{16}\Z")
_ANSWER_MARK = re.compile(r"(?:re|aw|sv|antw?|rif|res|odp|vs|回复|返信)\s*[:：]\s*", re.IGNORECASE)
# Windows counts tenths of microseconds since 1601; Outlook drops the lowest two bytes.
_FILETIME_EPOCH_SECONDS = 11_644_473_600


def subject_of(message: Message) -> str:
    """The customer's own subject stays as it is, or Gmail takes the answer for something new.

    The number goes in where we write first, and everywhere when the inbox wants that.
    """
    subject = plain(clean_line(message.subject or message.ticket.subject, 500))
    tag = f"[#{message.ticket.number}]"
    wants_tag = message.inbox.config.get("subject_tag") == ALWAYS or began_with_us(message)
    if tag in subject or not wants_tag:
        return subject
    start = _ANSWER_MARK.match(subject)
    return f"{subject[: start.end()]}{tag} {subject[start.end() :]}" if start else f"{tag} {subject}"


def thread_headers(message: Message) -> list[tuple[str, str]]:
    """In-Reply-To the customer's mail that is answered; References through the ticket, its first and newest ones."""
    found: list[tuple[str, str]] = []
    chain = _chain(message)
    answered = answered_by(message)
    parent = _bare_id(answered.external_id) if answered else (chain[-1] if chain else "")
    if parent:
        found.append(("In-Reply-To", f"<{parent}>"))
        chain = [*(item for item in chain if item != parent), parent]
    if chain:
        kept = chain if len(chain) <= MAX_REFERENCES else [chain[0], *chain[1 - MAX_REFERENCES :]]
        found.append(("References", " ".join(f"<{item}>" for item in kept)))
    topic = subject_of(message)
    while match := _ANSWER_MARK.match(topic):
        topic = topic[match.end() :]
    found.append(("Thread-Topic", topic))
    if began_with_us(message):
        found.append(("Thread-Index", _thread_index(message)))
    return found


def began_with_us(message: Message) -> bool:
    """Nobody wrote before us in this ticket."""
    first = conversation_of(message).order_by("seq").values_list("direction", flat=True).first()
    return first in (None, Direction.OUT)


def _chain(message: Message) -> list[str]:
    """The Message-IDs of the conversation's mails before this one, oldest first."""
    mails = conversation_of(message).filter(channel=KIND, seq__lt=message.seq).exclude(external_id="")
    ids = list(mails.order_by("-seq").values_list("external_id", flat=True)[: MAX_REFERENCES - 1])
    first = mails.order_by("seq").values_list("external_id", flat=True).first()
    chain = [*([first] if first and first not in ids else []), *reversed(ids)]
    return [bare for item in chain if (bare := _bare_id(item))]


def _bare_id(external_id: str) -> str:
    """The Message-ID behind a row's external id; "" for what may not stand in a header."""
    bare = _REUSED.sub("", external_id)
    return bare if "@" in bare and bare.isascii() and bare.isprintable() and not re.search(r"[\s<>]|=\?", bare) else ""


def _thread_index(message: Message) -> str:
    """Outlook's own key of a conversation: when it began, an id of 16 bytes, and 5 bytes for each later mail."""
    began = message.ticket.created_at.timestamp() + _FILETIME_EPOCH_SECONDS
    head = int(began * 10_000_000).to_bytes(8, "big")[:6]
    aside = f" aside {message.side_id}" if message.side_id is not None else ""
    who = hashlib.sha256(f"ticket {message.ticket_id}{aside} of {message.inbox.address}".encode()).digest()[:16]
    later = max(int((message.created_at - message.ticket.created_at).total_seconds() * 10_000_000), 0) >> 18
    child = (later & 0x7FFFFFFF).to_bytes(4, "big") + bytes([message.seq & 0xFF])
    return base64.b64encode(head + who + (child if message.seq > 1 else b"")).decode()
