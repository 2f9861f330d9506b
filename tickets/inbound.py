"""What an adapter understood of the outside world: plain data, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, as the channel knows them. `verified_how`: "provider", "token", "signed"; "" means claimed only."""

    kind: str
    value: str
    name: str = ""
    verified_how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundFile:
    name: str
    content_type: str
    content: bytes = field(repr=False)
    is_inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What tells where a message belongs. Message-IDs come without angle brackets, oldest reference first."""

    reply_token_ticket_id: int | None = None
    # The signed addresses that a side conversation's members, and agents who are told of a ticket, were given.
    side_token_id: int | None = None
    agent_token_ticket_id: int | None = None
    # The newest message that the agent had read when the address was given to them.
    agent_seen_seq: int | None = None
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject_number: int | None = None
    # Chat-like channels: all messages of one conversation share this key within the inbox.
    thread_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """The mail that somebody passed on: who really wrote, and what; `cover` is what the forwarder added."""

    sender: Sender
    subject: str
    text: str
    cover: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message from a contact. `text` is what they wrote now; `full_text` also has quotes and signature."""

    external_id: str
    sender: Sender
    text: str
    full_text: str = ""
    html: str = ""
    has_remote_images: bool = False
    subject: str = ""
    recipients: dict[str, Any] = field(default_factory=dict)
    files: tuple[InboundFile, ...] = ()
    clues: Clues = field(default_factory=Clues)
    occurred_at: datetime | None = None
    is_automatic: bool = False
    # A person may have written it, but no rule may answer it: lists, robots, those who ask for silence.
    refuses_answers: bool = False
    # "pass": somebody we trust vouches for the sender, "fail": says it is forged, "none": says nothing, "": not asked.
    sender_auth: str = ""
    sender_proof: str = ""
    forwarded: Forwarded | None = None
    problems: tuple[str, ...] = ()
    # {"invitation": {...}, "protection": "signed" | "encrypted"}, as `Message.understood` keeps it.
    understood: dict[str, Any] = field(default_factory=dict)
    team_id: int | None = None
    # From before the desk: the status of the ticket it makes. Its own date counts, and nobody is alarmed or answered.
    history: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider tells how one of our messages fared. Found by our row's id or by the provider's id."""

    delivery: str
    external_id: str = ""
    message_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The contact changed a message at the provider."""

    external_id: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """The provider tells that an identity can (not) be reached any more. With a `message_id` it is the receivers of
    that message of ours who say so, and they are believed about themselves only."""

    kind: str
    value: str
    is_reachable: bool
    reason: str = ""
    message_id: int | None = None
    # One mail that came back; it takes several of them until nobody writes there any more.
    is_bounce: bool = False


InboundEvent = Inbound | Receipt | Edit | Reachability


def storable(value: T) -> T:
    """The same data with every text made fit for the database: no NUL, nothing that cannot be encoded."""
    result: Any = value
    if isinstance(value, str):
        result = value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    elif isinstance(value, dict):
        result = {storable(key): storable(item) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        result = type(value)(storable(item) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        result = replace(value, **{item.name: storable(getattr(value, item.name)) for item in fields(value)})
    return result  # type: ignore[no-any-return]  # each branch keeps the type it was given
