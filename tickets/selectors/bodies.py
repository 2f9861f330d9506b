"""The HTML of one message, the pictures inside it, and the content of files."""

from __future__ import annotations

from django.core.files import File
from django.core.files.storage import default_storage

from core.errors import NotFound
from tickets.models import Attachment, Message, MessageHtml


def html_of(message: Message) -> MessageHtml | None:
    return MessageHtml.objects.filter(message=message).first() if message.has_html else None


def inline_files_of(message: Message) -> dict[str, Attachment]:
    """By content id, of this message only: a cid never reaches another message's files."""
    return {file.content_id.strip("<>"): file for file in message.attachments.exclude(content_id="")[:200]}


def opened(attachment: Attachment) -> File[bytes]:
    """The content of a file that the reader was let to, or NotFound when the storage has lost it."""
    try:
        return default_storage.open(attachment.storage_name)
    except OSError as error:
        raise NotFound("The content of this file is missing from the storage.") from error
