"""What a channel must be able to do (recipe: docs/adding-a-channel.md, proof: tests/contracts/test_adapters.py)."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from channels_in.checks import Check
from core.errors import HelpdeskError
from tickets.capabilities import Capabilities
from tickets.inbound import Inbound, InboundEvent, InboundFile
from tickets.models import Inbox, Message

if TYPE_CHECKING:
    from channels_in.services.accept import Accepted

Headers = Mapping[str, str]


class Verdict(StrEnum):
    """Whether a webhook is genuine. Anything but GENUINE is refused, counted, and not stored."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"  # no signature at all: 401
    FORGED = "forged"  # a wrong one, or no secret to check it with: 403
    STALE = "stale"  # right, but too old to be anything than a replay: 401


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDelivery:
    """What the parser gets: the stored bytes and what was known when they came. Header names are lower case."""

    inbox: Inbox
    external_id: str
    raw: bytes = field(repr=False)
    headers: Headers
    received_at: datetime
    # A person let it in: nothing holds it back any more.
    is_released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """The parser's answer to what is no business of a helpdesk; the reason is kept with the delivery."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Ignored):
    """It becomes no ticket until a person says so. `held_for`: spam, blocked, loop or burst; the rest is for people."""

    held_for: str
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile(InboundFile):
    """A file that the provider keeps for us; `fetch_file` gets it by `ref` before the message is recorded."""

    ref: str
    content: bytes = field(default=b"", repr=False)
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A delivery inside another one, such as a mail in a webhook: it is stored and read like one that came by itself.

    `ref` names what the provider only mentions; `fetch_enclosed` gets it before anything is recorded.
    """

    raw: bytes = field(default=b"", repr=False)
    envelope: Mapping[str, str] = field(default_factory=dict)
    ref: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The provider asks whether it may call us: `confirm` tells it so, once."""

    ref: str = field(repr=False)


ParsedEvent = InboundEvent | Ignored | Enclosed | Confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeAnswer:
    """What a provider wants to hear when it checks the webhook address."""

    body: str = ""
    content_type: str = "text/plain"
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took it. `external_id` is what its receipts and the contact's replies will mention.

    `aliases` are further ids that it gave the message, for providers that put theirs in place of ours.
    """

    external_id: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class Progress:
    """What earlier attempts got through of a message that is sent in parts, and where to note the next part."""

    arrived: list[str]
    note: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep:
    """Something that the admin copies to the other side: a webhook address, a snippet for a page."""

    label: str
    text: str


class ErrorKind(StrEnum):
    RETRY = "retry"  # it did not arrive, a later try may
    PERMANENT = "permanent"  # it did not arrive and never will
    UNCERTAIN = "uncertain"  # it may have arrived: never sent again by itself
    REAUTH = "reauth"  # our credentials are refused: the inbox stops
    UNREACHABLE = "unreachable"  # this contact cannot be reached here any more


class ChannelError(Exception):
    """A provider's refusal in our words: `reason` is a sentence that the agent understands, without secrets."""

    def __init__(self, kind: ErrorKind, reason: str, *, after_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.after_seconds = after_seconds


class Unreadable(HelpdeskError):
    """Reading the same bytes again would not help: the delivery is set aside at once, where agents see it."""

    code = "unreadable"
    status = 422


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the settings page: fields that belong together under a heading."""

    title: str
    help: str
    fields: tuple[str, ...]


class ConfigForm(forms.Form):
    """An inbox's own settings. Fields named in `secret_fields` are stored encrypted and never shown again."""

    # What stands together on the page; fields that no section names come first, under the channel's own name.
    sections: ClassVar[tuple[Section, ...]] = ()
    secret_fields: ClassVar[frozenset[str]] = frozenset()
    # Fields that decide where the secrets are sent: whoever may not see secrets may not send them elsewhere either.
    destination_fields: ClassVar[frozenset[str]] = frozenset()

    def keep_to_admins(self) -> None:
        """Take away what only admins may set; the stored values stay as they are."""
        for name in (self.secret_fields | self.destination_fields) & set(self.fields):
            del self.fields[name]

    def config(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secret_fields}

    def secrets(self) -> dict[str, str]:
        """The secrets that were entered; an empty field keeps the stored one."""
        return {name: self.cleaned_data[name] for name in self.secret_fields if self.cleaned_data.get(name)}


class Adapter(ABC):
    """One kind of channel. Stateless: everything it needs to know comes with the inbox."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    Config: ClassVar[type[ConfigForm]] = ConfigForm
    has_webhook: ClassVar[bool] = False
    # What is stored of a webhook's headers; never one that carries a secret.
    kept_headers: ClassVar[frozenset[str]] = frozenset({"content-type"})
    # The provider drops a second copy of the same message by its key, so an interrupted attempt may be repeated.
    is_idempotent: ClassVar[bool] = False
    # How long a message is tried again before the agent is told that it failed.
    gives_up_after_hours: ClassVar[int] = 24
    # The pauses between its attempts, the last one for all that follow; empty: growing from seconds to a quarter hour.
    pauses_minutes: ClassVar[tuple[int, ...]] = ()
    # Whether one sender's messages are held back when there are too many of them at once.
    holds_bursts: ClassVar[bool] = False
    # How many refusals of an address it takes until nobody writes there any more.
    refusals_until_unreachable: ClassVar[int] = 1

    def connect(self, inbox: Inbox, *, site_url: str) -> str:
        """Tell the provider where to deliver; returns the address. Raises ChannelError; runs in a worker."""
        raise ChannelError(ErrorKind.PERMANENT, f"{self.capabilities.label} needs no connecting.")

    def setup_steps(self, inbox: Inbox, site_url: str) -> Sequence[SetupStep]:
        """What the settings page shows for copying."""
        return (
            [SetupStep(label="Webhook address", text=f"{site_url}/hooks/{inbox.token}/")]
            if self.takes_webhooks(inbox)
            else []
        )

    def takes_webhooks(self, inbox: Inbox) -> bool:
        """Whether this inbox's provider calls our webhook address."""
        return self.has_webhook

    def checks(self, inbox: Inbox) -> Sequence[Check]:
        """What the settings page can try out against the real world, in the order of the list."""
        return []

    def most_webhook_bytes(self, inbox: Inbox) -> int:
        """How large a webhook may be."""
        return 1024 * 1024

    def stored_headers(self, inbox: Inbox, headers: Headers) -> dict[str, str]:
        """What the parser will need to know of a webhook besides its body."""
        return {name: value for name, value in headers.items() if name in self.kept_headers}

    def handshake(self, inbox: Inbox, query: Mapping[str, str], body: bytes) -> HandshakeAnswer | None:
        """The answer to a provider that only checks the address; None when it is a real delivery."""
        return None

    def verify(self, inbox: Inbox, headers: Headers, body: bytes) -> Verdict:
        """Is this webhook genuine? Constant time; no secret configured means FORGED."""
        return Verdict.FORGED

    def delivery_key(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        """The provider's id of this delivery; a second one with the same id is a copy."""
        return body_key(body)

    def lane(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        """The conversation within which order matters; "" when it does not."""
        return ""

    def bundle(self, inbox: Inbox, headers: Headers, body: bytes) -> str:
        """What several deliveries share that are one message (an album); "" for all others."""
        return ""

    @abstractmethod
    def parse(self, delivery: RawDelivery) -> Sequence[ParsedEvent]:
        """What happened, in our words. Pure: no database, no network, no clock; raises on what it cannot read."""

    def examine(self, delivery: RawDelivery, events: Sequence[ParsedEvent]) -> Sequence[ParsedEvent]:
        """What only the network can tell about the events. In the worker, outside of any transaction; never raises."""
        return events

    def merge(self, parts: Sequence[Inbound]) -> Inbound:
        """The one message that the parts of a bundle are."""
        raise NotImplementedError(f"{self.kind} has no bundles")

    def fetch_file(self, inbox: Inbox, file: RemoteFile) -> bytes:
        """Get a file from the provider. Raises ChannelError."""
        raise NotImplementedError(f"{self.kind} has no files to fetch")

    def fetch_enclosed(self, inbox: Inbox, enclosed: Enclosed) -> Enclosed:
        """Get from the provider what the webhook only mentions. Raises ChannelError."""
        raise NotImplementedError(f"{self.kind} has nothing to fetch")

    def take_in(self, inbox: Inbox, enclosed: Enclosed) -> Accepted:
        """Store what came inside another delivery, within the transaction that ends the outer one."""
        raise NotImplementedError(f"{self.kind} has nothing inside")

    def confirm(self, inbox: Inbox, confirmation: Confirmation) -> None:
        """Answer the provider's question whether it may call us. Raises ChannelError."""
        raise NotImplementedError(f"{self.kind} confirms nothing")

    @abstractmethod
    def send(self, inbox: Inbox, message: Message, progress: Progress) -> Sent:
        """Hand the message to the provider. Raises ChannelError; runs outside of any transaction."""


def body_key(body: bytes) -> str:
    """The key of a delivery that carries no id of its own."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
