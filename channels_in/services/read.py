"""From raw bytes to events: the adapter's pure parse, the joining of bundles, and the files fetched and stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from channels_in.base import (
    Adapter,
    ChannelError,
    Confirmation,
    Enclosed,
    ErrorKind,
    Ignored,
    ParsedEvent,
    RawDelivery,
    RemoteFile,
)
from channels_in.models import InboundDelivery
from core.errors import TooLarge
from tickets.inbound import Inbound, InboundFile
from tickets.models import Inbox
from tickets.services import files
from tickets.services.files import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvent:
    """An event, with its files stored already."""

    event: ParsedEvent
    stored: tuple[StoredFile, ...] = ()


def parse(adapter: Adapter, inbox: Inbox, deliveries: Sequence[InboundDelivery]) -> list[ParsedEvent]:
    """What the deliveries of one bundle (mostly: of one) say."""
    raws = [_raw(inbox, row) for row in deliveries]
    events = [event for raw in raws for event in adapter.examine(raw, adapter.parse(raw))]
    parts = [event for event in events if isinstance(event, Inbound)]
    if len(deliveries) == 1 or len(parts) < 2:
        return events
    others = [event for event in events if not isinstance(event, Inbound)]
    return [adapter.merge(parts), *others]


def with_files(adapter: Adapter, inbox: Inbox, event: ParsedEvent) -> ReadEvent:
    """Store the event's files; one that cannot be had becomes a sentence on the message, never a lost message."""
    if isinstance(event, Enclosed) and event.ref:
        return ReadEvent(event=adapter.fetch_enclosed(inbox, event))
    if isinstance(event, Confirmation):
        adapter.confirm(inbox, event)
        return ReadEvent(event=Ignored(reason="The provider may call us from now on"))
    if not isinstance(event, Inbound) or not event.files:
        return ReadEvent(event=event)
    stored: list[StoredFile] = []
    problems = list(event.problems)
    for file in event.files:
        try:
            stored.append(_store(file, _content(adapter, inbox, file)))
        except TooLarge as error:
            problems.append(f"{file.name}: {error.message}")
        except ChannelError as error:
            if error.kind is ErrorKind.RETRY:
                raise
            problems.append(f"{file.name}: {error.reason}")
    return ReadEvent(event=dataclasses.replace(event, problems=tuple(problems)), stored=tuple(stored))


def _raw(inbox: Inbox, row: InboundDelivery) -> RawDelivery:
    return RawDelivery(
        inbox=inbox,
        external_id=row.external_id,
        raw=bytes(row.raw),
        headers=row.headers,
        received_at=row.received_at,
        is_released=row.is_released,
    )


def _content(adapter: Adapter, inbox: Inbox, file: InboundFile) -> bytes:
    return adapter.fetch_file(inbox, file) if isinstance(file, RemoteFile) else file.content


def _store(file: InboundFile, content: bytes) -> StoredFile:
    return files.store(
        content,
        name=file.name,
        content_type=file.content_type,
        is_inline=file.is_inline,
        content_id=file.content_id,
    )
