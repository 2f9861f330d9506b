"""Listens to the heart: what was removed from a message is not repeated by a remembered answer either."""

from __future__ import annotations

from api.idempotency import forget_message
from core.events.bus import within
from core.events.catalogue import MessageRedacted


@within(MessageRedacted)
def on_message_redacted(event: MessageRedacted) -> None:
    forget_message(event.message_id)
