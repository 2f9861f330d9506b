"""Answers that a visitor did not read before leaving go once more through the outbox, which then mails them."""

from __future__ import annotations

from django.db import transaction

from channels_in.models import ChatVisitor
from channels_in.services.enqueue import DELIVER, ask
from channels_in.webchat.conversation import messages_of, ticket_of
from channels_in.webchat.presence import GONE_AFTER, is_gone
from core.clock import now
from tickets.models import Delivery, Direction
from tickets.services import outbox

_AT_ONCE = 100


def mail_unread() -> int:
    """Look at the visitors whose time is up; two ticks at once take different ones."""
    due = ChatVisitor.objects.filter(mail_due_at__lte=now()).order_by("mail_due_at").values_list("pk", flat=True)
    return sum(_look(visitor_id) for visitor_id in list(due[:_AT_ONCE]))


def _look(visitor_id: int) -> int:
    with transaction.atomic():
        visitor = (
            ChatVisitor.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("identity", "inbox")
            .filter(pk=visitor_id, mail_due_at__lte=now())
            .first()
        )
        if visitor is None:
            return 0
        ids = _unread_ids(visitor) if visitor.email else []
        if ids and not is_gone(visitor.last_seen_at, at=now()):
            visitor.mail_due_at, ids = now() + GONE_AFTER, []
        else:
            visitor.mail_due_at = None
        visitor.save(update_fields=["mail_due_at"])
        queued = outbox.send_again(ids) if ids else 0
        if queued:
            transaction.on_commit(lambda: ask(DELIVER, ids))
    return queued


def _unread_ids(visitor: ChatVisitor) -> list[int]:
    """A message that carries a Message-ID has been mailed already."""
    ticket = ticket_of(visitor)
    if ticket is None:
        return []
    unread = messages_of(visitor, ticket).filter(
        direction=Direction.OUT, delivery__in=[Delivery.SENT, Delivery.DELIVERED], external_id=""
    )
    return list(unread.values_list("pk", flat=True)[:_AT_ONCE])
