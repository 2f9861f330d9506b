"""When the visitors of chats were last there, and whether they left an address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Max

from channels_in.models import ChatVisitor
from channels_in.webchat.payload import KIND
from channels_in.webchat.presence import is_gone
from core.clock import now
from tickets.models import ChannelThread


def last_seen_in(ticket_ids: Collection[int]) -> dict[int, datetime | None]:
    """By ticket, the last moment at which any visitor whose conversation it is had the chat in view."""
    threads = ChannelThread.objects.filter(ticket_id__in=ticket_ids, inbox__kind=KIND)
    tickets_by_address: dict[str, int] = dict(threads.values_list("key", "ticket_id"))
    seen: dict[int, datetime | None] = dict.fromkeys(ticket_ids)
    visitors = ChatVisitor.objects.filter(identity__kind=KIND, identity__value__in=tickets_by_address)
    for address, at in visitors.values_list(F("identity__value")).annotate(at=Max("last_seen_at")):
        ticket_id = tickets_by_address[address]
        known = seen[ticket_id]
        seen[ticket_id] = max(filter(None, (known, at)), default=None)
    return seen


def is_there(ticket_id: int) -> bool:
    """Whether a visitor of this conversation has it in view now."""
    return not is_gone(last_seen_in([ticket_id])[ticket_id], at=now())


def has_left_address(ticket_id: int) -> bool:
    """Whether a visitor of this conversation can be answered by mail, too."""
    threads = ChannelThread.objects.filter(ticket_id=ticket_id, inbox__kind=KIND).values_list("key", flat=True)
    visitors = ChatVisitor.objects.filter(identity__kind=KIND, identity__value__in=list(threads))
    return visitors.exclude(email="").exists()
