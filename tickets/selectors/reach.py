"""Whether and how the customer of a ticket can be answered now: what the composer shows and `reply` enforces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import now
from people.models import Identity
from tickets.capabilities import Capabilities, capabilities_for
from tickets.models import Direction, Inbox, Message, MessageKind, Ticket
from tickets.recipients import Recipients, for_reply
from tickets.selectors.sides import own_addresses


@dataclass(frozen=True, slots=True)
class Reach:
    """`problem` is a sentence when a reply cannot be sent; `window_ends_at` when it will stop being possible."""

    inbox: Inbox
    channel: str
    capabilities: Capabilities
    recipients: Recipients
    answered: Message | None
    problem: str = ""
    window_ends_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return not self.problem


def reach(ticket: Ticket) -> Reach:
    """Two queries: the newest customer message, and its sender's identity."""
    answered = (
        Message.objects.select_related("inbox")
        .filter(ticket_id=ticket.pk, kind=MessageKind.REPLY, direction=Direction.IN, is_automatic=False)
        .order_by("-seq")
        .first()
    )
    inbox = answered.inbox if answered else ticket.inbox
    can = capabilities_for(inbox.kind)
    if answered is None:
        return _first_contact(ticket, inbox, can)
    recipients = for_reply(answered.recipients, own_addresses=own_addresses())
    sender = answered.recipients.get("from") or {}
    identity = Identity.objects.filter(kind=sender.get("kind", ""), value=sender.get("address", "")).first()
    ends = answered.created_at + timedelta(hours=can.reply_window_hours) if can.reply_window_hours else None
    # Whoever wrote after we gave their address up is there again.
    if identity and identity.unreachable_at and identity.unreachable_at < answered.created_at and can.can_start:
        identity = None
    problem = _elsewhere(ticket) or _problem(inbox, can, identity, ends)
    return Reach(inbox, inbox.kind, can, recipients, answered, problem, ends)


def _first_contact(ticket: Ticket, inbox: Inbox, can: Capabilities) -> Reach:
    """Nobody wrote yet, or what they wrote was moved away: an agent opened the ticket, or it was merged."""
    if problem := _elsewhere(ticket):
        return Reach(inbox, inbox.kind, can, Recipients(to=[]), None, problem)
    identity = Identity.objects.filter(contact_id=ticket.contact_id, kind=inbox.kind).order_by("id").first()
    if not can.can_start:
        problem = f"Only the customer can start a conversation by {can.label}."
        return Reach(inbox, inbox.kind, can, Recipients(to=[]), None, problem)
    if identity is None:
        problem = f"This contact has no {can.label} address. Add one to write to them."
        return Reach(inbox, inbox.kind, can, Recipients(to=[]), None, problem)
    to = [{"kind": identity.kind, "name": identity.label, "address": identity.value}]
    return Reach(inbox, inbox.kind, can, Recipients(to=to), None, _problem(inbox, can, identity, None))


def _elsewhere(ticket: Ticket) -> str:
    """Without a number: not everybody who sees this ticket may see the other one."""
    return "This ticket was merged into another one. Answer there." if ticket.merged_into_id is not None else ""


def _problem(inbox: Inbox, can: Capabilities, identity: Identity | None, ends: datetime | None) -> str:
    if not inbox.is_active:
        why = inbox.disabled_reason.rstrip(".") or "ask an admin to switch it on"
        return f"The inbox {inbox.name} is switched off: {why}."
    if identity and identity.unreachable_at:
        return f"The customer cannot be reached by {can.label}: {identity.unreachable_reason or 'address refused'}."
    if ends and ends <= now():
        return f"The {can.reply_window_hours} h window to answer by {can.label} has closed. Use another channel."
    return ""
