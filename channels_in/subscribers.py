"""Listens to the heart: a queued reply is asked for as soon as it may leave."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.services.enqueue import DELIVER, ask
from channels_in.services.erase import erase_raw
from core.events.bus import after, within
from core.events.catalogue import MessageQueued, MessageRedacted, SideMessageQueued
from tickets.services import outbox


@after(MessageQueued)
def on_message_queued(events: Sequence[MessageQueued]) -> None:
    """Those within their undo window wait for the sweeper."""
    if due := outbox.due_among([event.message_id for event in events]):
        ask(DELIVER, due)


@after(SideMessageQueued)
def on_side_message_queued(events: Sequence[SideMessageQueued]) -> None:
    if due := outbox.due_among([event.message_id for event in events]):
        ask(DELIVER, due)


@within(MessageRedacted)
def on_message_redacted(event: MessageRedacted) -> None:
    erase_raw(event.message_id)
