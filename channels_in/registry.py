"""Every kind of channel there is. One more is one line here and one folder beside."""

from __future__ import annotations

import functools

from django.utils.module_loading import import_string

from channels_in.base import Adapter
from tickets.capabilities import Capabilities, UnknownChannel

ADAPTERS: dict[str, str] = {
    "email": "channels_in.email.adapter.EmailAdapter",
    "webchat": "channels_in.webchat.adapter.WebchatAdapter",
    "telegram": "channels_in.telegram.adapter.TelegramAdapter",
}


@functools.cache
def adapter_for(kind: str) -> Adapter:
    """The adapter of a kind, imported at its first use. Raises UnknownChannel; there is no default."""
    path = ADAPTERS.get(kind)
    if path is None:
        raise UnknownChannel(f"There is no channel of the kind '{kind}'.")
    adapter: Adapter = import_string(path)()
    return adapter


def kinds() -> tuple[str, ...]:
    return tuple(ADAPTERS)


def capabilities_of(kind: str) -> Capabilities:
    return adapter_for(kind).capabilities
