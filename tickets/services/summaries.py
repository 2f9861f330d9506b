"""What a ticket's row says about its messages, counted anew from the messages that it has now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from tickets.models import Delivery, Direction, Message, MessageKind, Ticket
from tickets.services.snippets import snippet

# What follows from the messages, and what is decided beside them.
OF_MESSAGES = (
    "snippet",
    "snippet_from",
    "last_message_at",
    "message_count",
    "last_inbound_at",
    "last_public_seq",
    "waiting_since",
    "first_replied_at",
)
OF_STATE = ("status", "resolved_at", "closed_at", "snoozed_until", "merged_into_id")
_SIDES = {("reply", "in"): "in", ("reply", "out"): "out"}


def summary(ticket: Ticket, *, is_open: bool) -> dict[str, Any]:
    """The columns of OF_MESSAGES; only an open ticket keeps somebody waiting."""
    rows = shown_messages(ticket.pk)
    newest = rows.order_by("-created_at", "-seq").first()
    public = rows.filter(kind=MessageKind.REPLY)
    by_people = public.filter(is_automatic=False)
    inbound = by_people.filter(direction=Direction.IN).order_by("created_at")
    outbound = by_people.filter(direction=Direction.OUT).order_by("created_at")
    newest_inbound, first_reply = inbound.last(), outbound.first()
    return {
        "snippet": snippet(newest.text or newest.subject) if newest else "",
        "snippet_from": _SIDES.get((newest.kind, newest.direction), "note") if newest else "",
        "last_message_at": newest.created_at if newest else ticket.created_at,
        "message_count": rows.count(),
        "last_inbound_at": newest_inbound.created_at if newest_inbound else None,
        "last_public_seq": public.order_by("-seq").values_list("seq", flat=True).first() or 0,
        "waiting_since": waiting_since(ticket.pk) if is_open else None,
        "first_replied_at": first_reply.created_at if first_reply else None,
    }


def waiting_since(ticket_id: int) -> datetime | None:
    """When the oldest message came that no person has answered yet."""
    by_people = shown_messages(ticket_id).filter(kind=MessageKind.REPLY, is_automatic=False)
    waiting = by_people.filter(direction=Direction.IN)
    if answered_at := newest_answer_at(ticket_id):
        waiting = waiting.filter(created_at__gt=answered_at)
    return waiting.order_by("created_at").values_list("created_at", flat=True).first()


def newest_answer_at(ticket_id: int) -> datetime | None:
    """When a person last answered the customer."""
    by_people = shown_messages(ticket_id).filter(kind=MessageKind.REPLY, is_automatic=False)
    answers = by_people.filter(direction=Direction.OUT).order_by("-created_at")
    return answers.values_list("created_at", flat=True).first()


def newest_words(ticket_id: int) -> str:
    """What the row shows of its messages."""
    newest = shown_messages(ticket_id).order_by("-created_at", "-seq").first()
    return snippet(newest.text or newest.subject) if newest else ""


def shown_messages(ticket_id: int) -> QuerySet[Message]:
    """The messages of the conversation with the customer, and the notes on it."""
    rows = Message.objects.filter(ticket_id=ticket_id).exclude(delivery=Delivery.RETRACTED)
    return rows.exclude(kind=MessageKind.SIDE).defer("search")


def snapshot(ticket: Ticket) -> dict[str, Any]:
    """The columns as an event stores them, to the microsecond. No words of messages: whoever removes a message could
    not find them there."""
    return {name: _plain(getattr(ticket, name)) for name in (*OF_MESSAGES, *OF_STATE) if name != "snippet"}


def restored(stored: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Columns out of a stored snapshot."""
    return {
        name: parse_datetime(str(stored[name]))
        if name.endswith(("_at", "_since", "_until")) and stored[name]
        else value
        for name, value in stored.items()
        if name in names
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
