"""Stores files under names of our own before any row points at them."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.errors import TooLarge
from core.ids import new_uuid
from people.models import Agent
from tickets.models import Attachment, Message

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    id: UUID
    storage_name: str
    name: str
    content_type: str
    size: int
    sha256: str
    is_inline: bool = False
    content_id: str = ""


def shown_name(name: str) -> str:
    """The sender's file name made harmless: no paths, control or direction characters, at most 200 bytes."""
    cleaned = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    cleaned = cleaned.encode()[-200:].decode(errors="ignore")
    return cleaned or "attachment"


def store(content: bytes, *, name: str, content_type: str, is_inline: bool = False, content_id: str = "") -> StoredFile:
    """Write the bytes; call it before the transaction that makes the row. Raises TooLarge over MAX_UPLOAD_BYTES."""
    if len(content) > settings.MAX_UPLOAD_BYTES:
        raise TooLarge(f"This file is larger than {settings.MAX_UPLOAD_BYTES // 1_048_576} MB, the limit here.")
    file_id = new_uuid()
    plain = file_id.hex
    storage_name = default_storage.save(f"{plain[:2]}/{plain[2:4]}/{plain}", ContentFile(content))
    return StoredFile(
        id=file_id,
        storage_name=storage_name,
        name=shown_name(name),
        content_type=content_type[:120] or "application/octet-stream",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        is_inline=is_inline,
        content_id=content_id[:250],
    )


def upload(content: bytes, *, name: str, content_type: str, is_inline: bool = False, agent: Agent) -> Attachment:
    """An agent's upload that waits for its message; `is_inline`: a picture that belongs into the text."""
    stored = store(content, name=name, content_type=content_type)
    return Attachment.objects.create(
        id=stored.id,
        uploaded_by=agent,
        storage_name=stored.storage_name,
        name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        is_inline=is_inline,
    )


def copy(file: Attachment) -> StoredFile:
    """The same bytes under a new name of our own; call it before the transaction that makes the row."""
    with default_storage.open(file.storage_name) as stored:
        content: bytes = stored.read()
    return store(content, name=file.name, content_type=file.content_type)


def attach(stored: StoredFile, message: Message) -> Attachment:
    return Attachment.objects.create(message=message, **dataclasses.asdict(stored))
