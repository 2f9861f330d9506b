"""Whether the desk may answer by itself: the budget that keeps two machines from writing to each other for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.clock import now
from people.models import Identity
from tickets.models import Direction, Inbox, Message, MessageKind, Ticket

# On one ticket; for whoever is not proven to have written, on all of theirs together.
PER_HOUR = 1
PER_CONTACT_AND_DAY = 10
# Anybody can write in a stranger's name: whoever is not proven to have written is spared more than this.
PER_CLAIMED_CONTACT_AND_DAY = 2
# To one third party, over all tickets.
PER_ADDRESS_AND_DAY = 100


def may_answer_automatically(ticket: Ticket, *, by_hour: bool = True) -> bool:
    """Never to automatic mail, to who asks for silence, to another than the sender, or to ourselves; then within the
    budget: once an hour on a ticket and ten times a day to one contact; where only a claim says who wrote, once an
    hour and twice a day over all their tickets. Whoever waits for a word in a chat is told without regard to the hour.
    """
    newest = (
        Message.objects.filter(ticket_id=ticket.pk, kind=MessageKind.REPLY, direction=Direction.IN)
        .order_by("-seq")
        .only("is_automatic", "refuses_answers", "sender_auth", "recipients")
        .first()
    )
    if newest is None or newest.is_automatic or newest.refuses_answers:
        return False
    if newest.sender_auth == "fail" or newest.recipients.get("reply_to") or _is_ourselves(newest):
        return False
    at = now()
    automatic = Message.objects.filter(direction=Direction.OUT, kind=MessageKind.REPLY, is_automatic=True)
    to_them = automatic.filter(ticket__contact_id=ticket.contact_id)
    is_proven = _is_proven(newest)
    # A robot that loses all threads opens a ticket with every mail: the hour counts over all of them then.
    lately = (automatic.filter(ticket_id=ticket.pk) if is_proven else to_them).filter(
        created_at__gt=at - timedelta(hours=1)
    )
    if by_hour and lately.count() >= PER_HOUR:
        return False
    today = to_them.filter(created_at__gt=at - timedelta(days=1))
    return today.count() < (PER_CONTACT_AND_DAY if is_proven else PER_CLAIMED_CONTACT_AND_DAY)


def may_write_outside(ticket: Ticket, to: Sequence[str]) -> bool:
    """Whether the desk may write to these third parties by itself: once an hour about a ticket, so many times a day to
    each address. Two robots that answer each other fall silent."""
    at = now()
    mails = Message.objects.filter(direction=Direction.OUT, kind=MessageKind.SIDE, is_automatic=True)
    lately = mails.filter(ticket_id=ticket.pk, created_at__gt=at - timedelta(hours=1))
    today = mails.filter(created_at__gt=at - timedelta(days=1))
    for address in to:
        known = [{"address": address.lower()}]
        if lately.filter(side__members__contains=known).count() >= PER_HOUR:
            return False
        if today.filter(side__members__contains=known).count() >= PER_ADDRESS_AND_DAY:
            return False
    return True


def has_written(ticket: Ticket, *, since: datetime | None = None) -> bool:
    """Whether a person on the other side has said anything here yet, or `since`; a machine says nothing."""
    words = Message.objects.filter(ticket_id=ticket.pk, kind=MessageKind.REPLY, direction=Direction.IN)
    if since is not None:
        words = words.filter(created_at__gt=since)
    return words.filter(is_automatic=False).exists()


def is_proven_to_write(ticket: Ticket) -> bool:
    """Whether whoever wrote last is who they say: only then may a robot repeat their name."""
    inbound = Message.objects.filter(ticket_id=ticket.pk, kind=MessageKind.REPLY, direction=Direction.IN)
    newest = inbound.order_by("-seq").only("sender_auth", "recipients").first()
    return newest is not None and _is_proven(newest)


def _is_ourselves(message: Message) -> bool:
    """An address of one of our own inboxes, with or without a +mark: two of them must not talk to each other."""
    local, at, domain = str((message.recipients.get("from") or {}).get("address", "")).lower().rpartition("@")
    if not at:
        return False
    written = f"{local}@{domain}"
    plain = f"{local.partition('+')[0]}@{domain}"
    names = Inbox.objects.exclude(address="").values_list("address", "config__aliases")
    own = {str(name).lower() for address, aliases in names for name in (address, *(aliases or ()))}
    return bool({written, plain} & own)


def _is_proven(message: Message) -> bool:
    """The border vouched for this mail, or the channel's provider vouches for everybody."""
    sender = message.recipients.get("from") or {}
    known = Identity.objects.filter(kind=sender.get("kind", ""), value=sender.get("address", ""))
    return message.sender_auth == "pass" or known.filter(verified_how="provider").exists()
