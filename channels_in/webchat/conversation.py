"""What a visitor may read: the public messages of their own conversation, field by field on an allow-list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from channels_in.models import ChatVisitor
from channels_in.webchat.payload import KIND, client_id
from core.errors import NotFound
from people.models import Identity
from tickets.models import Attachment, ChannelThread, Delivery, Direction, Message, MessageKind, Ticket

PAGE = 50
MOST_CHATS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`messages` are ready for the visitor's browser; `has_earlier` says that older ones can be asked for."""

    ticket: Ticket
    messages: list[dict[str, Any]]
    has_earlier: bool = False

    @property
    def seq(self) -> int:
        return int(self.messages[-1]["seq"]) if self.messages else 0


def visitor_of(uid: str) -> ChatVisitor | None:
    return ChatVisitor.objects.select_related("identity", "inbox").filter(uid=uid).first()


def identity_for_address(address: str) -> int | None:
    """Whose screen shows what is addressed so: a browser that signed in later reads as the signed user."""
    _, _, key = address.partition(":v:")
    if key and (visitor := ChatVisitor.objects.filter(uid=key).only("identity_id").first()):
        return visitor.identity_id
    return Identity.objects.filter(kind=KIND, value=address).values_list("pk", flat=True).first()


def addressee(message: Message) -> int | None:
    """The identity that a reply is for."""
    for recipient in message.recipients.get("to", []):
        if found := identity_for_address(str(recipient.get("address", ""))):
            return found
    return None


def ticket_of(visitor: ChatVisitor) -> Ticket | None:
    """The ticket in which the visitor's conversation goes on."""
    thread = (
        ChannelThread.objects.select_related("ticket")
        .filter(inbox_id=visitor.inbox_id, key=visitor.identity.value)
        .first()
    )
    return thread.ticket if thread else None


def visitors_of(ticket_id: int) -> list[ChatVisitor]:
    """One row per identity; a ticket of other channels has none."""
    threads = ChannelThread.objects.filter(ticket_id=ticket_id, inbox__kind=KIND)
    addresses = list(threads.values_list("key", flat=True)[:MOST_CHATS])
    if not addresses:
        return []
    found = ChatVisitor.objects.filter(identity__kind=KIND, identity__value__in=addresses)
    return list(found.order_by("identity_id", "-id").distinct("identity_id")[:MOST_CHATS])


def messages_of(visitor: ChatVisitor, ticket: Ticket) -> QuerySet[Message]:
    """Chat messages from or to this visitor in the ticket. Notes, mails and other people's words are not among them."""
    addresses = own_addresses(visitor)
    mine = Q(direction=Direction.IN, recipients__from__address__in=addresses)
    for address in addresses:
        mine |= Q(direction=Direction.OUT, recipients__to__contains=[{"address": address}])
    return (
        Message.objects.filter(mine, ticket=ticket, inbox_id=visitor.inbox_id, kind=MessageKind.REPLY, channel=KIND)
        .exclude(delivery=Delivery.RETRACTED)
        .select_related("author_agent")
        .prefetch_related("attachments")
        .order_by("seq")
    )


def own_addresses(visitor: ChatVisitor) -> list[str]:
    """The visitor's address, and for a signed user those of the browsers that signed in as them."""
    if not visitor.is_verified:
        return [visitor.identity.value]
    uids = ChatVisitor.objects.filter(identity_id=visitor.identity_id).values_list("uid", flat=True)[:100]
    return [visitor.identity.value, *(f"{visitor.inbox_id}:v:{uid}" for uid in uids)]


def newest(visitor: ChatVisitor, ticket: Ticket, *, before_seq: int | None = None) -> Conversation:
    """The last page, or the page before a message."""
    found = messages_of(visitor, ticket)
    if before_seq is not None:
        found = found.filter(seq__lt=before_seq)
    rows = list(found.order_by("-seq")[: PAGE + 1])
    page = rows[:PAGE][::-1]
    return Conversation(ticket=ticket, messages=public_all(page, visitor), has_earlier=len(rows) > PAGE)


def after(visitor: ChatVisitor, ticket: Ticket, *, seq: int) -> Conversation | None:
    """What came after a message; None when that is more than a page, so that starting anew is cheaper."""
    rows = list(messages_of(visitor, ticket).filter(seq__gt=seq)[: PAGE + 1])
    if len(rows) > PAGE:
        return None
    return Conversation(ticket=ticket, messages=public_all(rows, visitor))


def public_all(messages: Sequence[Message], visitor: ChatVisitor) -> list[dict[str, Any]]:
    return [public_message(message, agent_saw_id=visitor.agent_saw_id) for message in messages]


def public_message(message: Message, *, agent_saw_id: int = 0) -> dict[str, Any]:
    """The only form in which a message leaves for a visitor. Raises ValueError rather than show a note."""
    if message.kind != MessageKind.REPLY or message.channel != KIND:
        raise ValueError("Only public chat messages are shown to visitors.")
    is_own = message.direction == Direction.IN
    shown: dict[str, Any] = {
        "seq": message.seq,
        "from": "visitor" if is_own else "desk",
        "text": message.text,
        "at": message.created_at.isoformat(),
        "files": [_public_file(file) for file in message.attachments.all()] if message.has_attachments else [],
    }
    if is_own:
        return {**shown, "id": client_id(message.external_id), "seen": message.pk <= agent_saw_id}
    return {**shown, "name": _author(message), "read": message.delivery == Delivery.READ}


def file_for(visitor: ChatVisitor, file_id: UUID) -> Attachment:
    """A file of the visitor's own conversation. Raises NotFound for all others."""
    ticket = ticket_of(visitor)
    file = Attachment.objects.select_related("message").filter(pk=file_id, message__ticket=ticket).first()
    if ticket is None or file is None or file.message is None:
        raise NotFound("This file is not part of your conversation.")
    if not messages_of(visitor, ticket).filter(pk=file.message.pk).exists():
        raise NotFound("This file is not part of your conversation.")
    return file


def _public_file(file: Attachment) -> dict[str, Any]:
    return {"id": str(file.pk), "name": file.name, "size": file.size, "type": file.content_type}


def _author(message: Message) -> str:
    if message.is_automatic or message.author_agent is None:
        return ""
    return message.author_agent.get_short_name()
