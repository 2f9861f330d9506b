"""What a message was made of: the raw bytes as the outside world handed them over, kept while the message lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels_in.email.kind import KIND
from channels_in.email.parse.headers import decode_words, split_head
from channels_in.models import InboundDelivery
from channels_in.models.inbound_delivery import short_id
from core.errors import NotFound
from core.text import clean_line
from people.models import Agent
from tickets.models import Message
from tickets.models.message import Direction
from tickets.selectors.access import message_for

SHOWN_BYTES = 200_000
SHOWN_HEADERS = 300


@dataclass(frozen=True, slots=True)
class Header:
    name: str
    value: str
    # The same with its encoded words readable, where that differs.
    decoded: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    message: Message
    raw: bytes
    received_at: datetime
    mail_from: str
    rcpt_to: str
    headers: tuple[Header, ...]
    body: str
    is_cut: bool

    @property
    def is_mail(self) -> bool:
        return bool(self.headers)


def has_source(message: Message) -> bool:
    """Whether it may be asked for: messages from outside by mail."""
    return message.direction == Direction.IN and message.channel == KIND and bool(message.external_id)


def source_for(agent: Agent, message_id: int) -> Source:
    """The original of a message that the agent may see, or NotFound."""
    message = message_for(agent, message_id)
    key = short_id(message.external_id)
    found = InboundDelivery.objects.filter(inbox_id=message.inbox_id, external_id=key).first()
    if not has_source(message) or found is None or not bytes(found.raw):
        raise NotFound("The original of this message is not kept.")
    raw = bytes(found.raw)
    head, body = split_head(raw, 0, len(raw))
    return Source(
        message=message,
        raw=raw,
        received_at=found.received_at,
        mail_from=str(found.headers.get("mail_from", "")),
        rcpt_to=str(found.headers.get("rcpt_to", "")),
        headers=tuple(_header(name, value) for name, value in head.fields[:SHOWN_HEADERS]),
        body=raw[body : body + SHOWN_BYTES].decode(errors="replace").replace("\x00", "\ufffd"),
        is_cut=len(raw) - body > SHOWN_BYTES,
    )


def _header(name: str, value: bytes) -> Header:
    """Names as they are usually written; values unfolded."""
    text = clean_line(value.decode("utf-8", "replace"), 4000)
    decoded = clean_line(decode_words(text), 4000)
    title = "-".join(word.capitalize() for word in name.split("-"))
    return Header(title, text, decoded if decoded != text else "")
