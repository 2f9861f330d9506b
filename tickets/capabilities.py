"""What a channel can do, as data that the composer shows and the services enforce."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import HelpdeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """`max_text` counts characters; `reply_window_hours` after the contact's last message; None means no limit."""

    label: str
    icon: str
    html: bool = False
    attachments: bool = False
    subject: bool = False
    copies: bool = False
    typing: bool = False
    receipts: bool = False
    # Somebody waits at the other end: what its agent does not begin soon goes on to the next one.
    rings: bool = False
    can_start: bool = False
    is_public: bool = False
    max_text: int | None = None
    max_attachment_bytes: int = 25 * 1024 * 1024
    reply_window_hours: int | None = None
    # How long an agent may take a reply back: mail waits, chat goes at once.
    can_undo: bool = False


class UnknownChannel(HelpdeskError):
    """The registry has no such kind: a deployment mistake, never a guess."""

    code = "unknown_channel"
    status = 500


_provider: Callable[[str], Capabilities] | None = None


def provide(provider: Callable[[str], Capabilities]) -> None:
    """channels_in hands in its registry at start-up, since imports point down only."""
    global _provider
    _provider = provider


def capabilities_for(kind: str) -> Capabilities:
    if _provider is None:
        raise UnknownChannel("No channels are registered; is channels_in among the installed apps?")
    return _provider(kind)
