"""Listens to the heart: what is removed from a ticket is not kept beside it."""

from __future__ import annotations

from callbacks.services.forgetting import forget_numbers
from core.events.bus import within
from core.events.catalogue import MessageRedacted


@within(MessageRedacted)
def on_message_redacted(event: MessageRedacted) -> None:
    forget_numbers(event.message_id)
