"""How far the visitor has got: what reached their browser, and what they have had before their eyes."""

from __future__ import annotations

from channels_in.models import ChatVisitor
from channels_in.webchat.conversation import messages_of, ticket_of
from tickets.inbound import Receipt
from tickets.models import Delivery, Direction
from tickets.services.receipts import record_receipt

_EARLIER = {
    Delivery.DELIVERED: [Delivery.SENT],
    Delivery.READ: [Delivery.SENT, Delivery.DELIVERED],
}
_AT_ONCE = 50


def mark_received(visitor: ChatVisitor, *, seq: int) -> int:
    """The browser has the answers up to this one."""
    return _advance(visitor, seq, Delivery.DELIVERED)


def mark_read(visitor: ChatVisitor, *, seq: int) -> int:
    """The visitor saw the answers up to this one; nothing of them needs to go by mail any more."""
    count = _advance(visitor, seq, Delivery.READ)
    ChatVisitor.objects.filter(identity_id=visitor.identity_id).update(mail_due_at=None, is_mail_wanted=False)
    return count


def _advance(visitor: ChatVisitor, seq: int, delivery: Delivery) -> int:
    ticket = ticket_of(visitor)
    if ticket is None:
        return 0
    behind = messages_of(visitor, ticket).filter(direction=Direction.OUT, seq__lte=seq, delivery__in=_EARLIER[delivery])
    ids = list(behind.values_list("pk", flat=True)[:_AT_ONCE])
    for message_id in ids:
        record_receipt(Receipt(delivery=delivery, message_id=message_id), inbox=visitor.inbox)
    return len(ids)
