"""What a channel needs to know about a reply that it is about to send."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Max, QuerySet

from core.clock import now
from core.crypto import is_signed, signature
from tickets.models import Attachment, Delivery, Direction, Message, MessageKind, Ticket

# A file that was too large to travel waits this long behind its signed address.
LINK_LIFE = timedelta(days=60)
_LINK = "file-link"
_LINK_BYTES = 20
SENT_KINDS = (MessageKind.REPLY, MessageKind.SIDE)


def all_left_by(ticket: Ticket, at: datetime) -> datetime:
    """When the replies that can still be undone will have left; `at` where there are none."""
    waiting = Message.objects.filter(ticket=ticket, delivery=Delivery.QUEUED, next_attempt_at__gt=at)
    last: datetime | None = waiting.aggregate(last=Max("next_attempt_at"))["last"]
    return last or at


def conversation_of(message: Message) -> QuerySet[Message]:
    """All that its receivers may know: the conversation with the customer, or the one side conversation."""
    if message.side_id is not None:
        return Message.objects.filter(side_id=message.side_id)
    return Message.objects.filter(ticket_id=message.ticket_id, kind=MessageKind.REPLY)


def answered_by(message: Message) -> Message | None:
    """Their newest message that the reply's author had before them, in the same inbox."""
    return (
        conversation_of(message)
        .filter(
            inbox_id=message.inbox_id,
            direction=Direction.IN,
            seq__lt=message.seq,
        )
        .order_by("-seq")
        .first()
    )


def was_sent_to(message_id: int, address: str) -> bool:
    """Whether the message went to this address, as its receiver or as a copy."""
    recipients = Message.objects.filter(pk=message_id).values_list("recipients", flat=True).first() or {}
    named = [item for role in ("to", "cc", "bcc") for item in recipients.get(role) or []]
    return any(str(item.get("address", "")).lower() == address.lower() for item in named)


def files_of(message: Message) -> list[Attachment]:
    """The message's files in the order of their upload; no query when it has none."""
    return list(message.attachments.all()) if message.has_attachments else []


def content_of(file: Attachment) -> bytes:
    with default_storage.open(file.storage_name) as stored:
        content: bytes = stored.read()
        return content


def file_link(file: Attachment) -> str:
    """The address behind which a customer finds the file; the same on every attempt, and nobody can guess another."""
    until = int((file.created_at + LINK_LIFE).timestamp())
    mark = signature(_LINK, file.pk, until, size=_LINK_BYTES)
    return f"{settings.SITE_URL}/files/{file.pk}/{until}/{mark}/"


def linked_file(file_id: UUID, until: int, mark: str) -> Attachment | None:
    """The file behind a signed address; None when it is forged or too old, and when the message never left."""
    if not is_signed(mark, _LINK, file_id, until, size=_LINK_BYTES) or until < now().timestamp():
        return None
    return Attachment.objects.filter(pk=file_id, message__kind__in=SENT_KINDS).first()
