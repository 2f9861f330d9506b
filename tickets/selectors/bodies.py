"""The HTML of one message and the pictures inside it."""

from __future__ import annotations

from tickets.models import Attachment, Message, MessageHtml


def html_of(message: Message) -> MessageHtml | None:
    return MessageHtml.objects.filter(message=message).first() if message.has_html else None


def inline_files_of(message: Message) -> dict[str, Attachment]:
    """By content id, of this message only: a cid never reaches another message's files."""
    return {file.content_id.strip("<>"): file for file in message.attachments.exclude(content_id="")[:200]}
