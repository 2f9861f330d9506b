"""The outgoing side of a message's life: claimed with a lease, then sent, tried again, uncertain or failed.

The row is the queue. A claim that is never finished comes back when its lease ends; what the provider may already have
accepted is never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, MessageDelivered, MessageFailed, MessagePostponed
from tickets.models import ATTEMPTABLE, Delivery, Message, RefKind
from tickets.services.journal import locked, record
from tickets.services.refs import remember_now

LEASE = timedelta(seconds=90)
_RANK = {Delivery.SENT: 1, Delivery.DELIVERED: 2, Delivery.READ: 3}


def due_message_ids(limit: int = 100) -> list[int]:
    """Messages whose attempt is due, oldest first, without those that are claimed or wait behind an older one."""
    rows = (
        Message.objects.filter(delivery__in=["queued", "sending", "retrying"], next_attempt_at__lte=now())
        .filter(~_waits_behind_another())
        .order_by("next_attempt_at", "id")
        .values_list("pk", flat=True)
    )
    return list(rows[:limit])


def due_among(message_ids: Sequence[int]) -> list[int]:
    """Those of the given messages that may leave now: no undo window, no pause."""
    due = Message.objects.filter(
        pk__in=message_ids, delivery__in=["queued", "sending", "retrying"], next_attempt_at__lte=now()
    )
    return list(due.order_by("id").values_list("pk", flat=True))


def next_of_ticket(message: Message) -> int | None:
    """The next reply of the same ticket that waits to leave: replies leave in the order they were written."""
    waiting = Message.objects.filter(ticket_id=message.ticket_id, seq__gt=message.seq, delivery__in=ATTEMPTABLE)
    return waiting.order_by("seq").values_list("pk", flat=True).first()


def claim(message_id: int) -> Message | None:
    """Take the message for one attempt, or None when it is not due, someone else has it, or an older reply of its
    ticket has not left yet.

    `next_attempt_at` moves to the end of the lease, so a dead worker's message becomes due again by itself.
    """
    at = now()
    due = Message.objects.filter(pk=message_id, delivery__in=["queued", "sending", "retrying"], next_attempt_at__lte=at)
    due = due.filter(~_waits_behind_another())
    until = at + LEASE
    taken = due.update(delivery=Delivery.SENDING, claimed_until=until, next_attempt_at=until)
    if not taken:
        return None
    message = Message.objects.select_related("ticket", "inbox", "author_agent", "ticket__contact").get(pk=message_id)
    Message.objects.filter(pk=message_id).update(attempts=message.attempts + 1)
    message.attempts += 1
    return message


def _waits_behind_another() -> Exists:
    """An older reply of the ticket has not left yet."""
    return Exists(
        Message.objects.filter(ticket_id=OuterRef("ticket_id"), seq__lt=OuterRef("seq"), delivery__in=ATTEMPTABLE)
    )


def assign_external_id(message: Message, *, external_id: str) -> None:
    """Store the id that the message will carry before it is sent, so that a quick answer finds it."""
    if message.external_id == external_id:
        return
    with unit_of_work():
        # The reference points at the ticket, whose row is locked for that at the commit: too late after the message's.
        locked(message.ticket_id)
        Message.objects.filter(pk=message.pk).update(external_id=external_id)
        remember_now(message.ticket_id, [external_id], kind=RefKind.SENT, message_row_id=message.pk)
    message.external_id = external_id


def record_sent(message: Message, *, external_id: str = "", aliases: Sequence[str] = ()) -> None:
    """The provider took it."""
    values: dict[str, Any] = {"sent_at": now(), "failure": ""}
    if external_id and not message.external_id:
        values["external_id"] = external_id
    ids = [item for item in (external_id, *aliases) if item]
    with unit_of_work():
        if ids:
            remember_now(message.ticket_id, ids, kind=RefKind.SENT, message_row_id=message.pk)
        _settle(message, Delivery.SENT, values)


def record_retry(message: Message, *, after_seconds: float, reason: str) -> None:
    """A temporary failure: due again after the given time. The agent sees that it waits, and why."""
    with unit_of_work():
        ticket = locked(message.ticket_id)
        waits = Message.objects.filter(pk=message.pk, delivery=Delivery.SENDING).update(
            delivery=Delivery.RETRYING,
            claimed_until=None,
            next_attempt_at=now() + timedelta(seconds=max(after_seconds, 1)),
            failure=reason[:300],
        )
        if waits and reason[:300] != message.failure:
            record(ticket, MessagePostponed(message_id=message.pk, reason=reason[:300]), actor=SYSTEM)


def record_failed(message: Message, *, reason: str) -> None:
    with unit_of_work():
        _settle(message, Delivery.FAILED, {"failure": reason[:300]}, reason)


def record_uncertain(message: Message, *, reason: str) -> None:
    """Nobody knows whether it arrived; a person decides whether to send again."""
    with unit_of_work():
        _settle(message, Delivery.UNCERTAIN, {"failure": reason[:300]}, reason)


def record_receipt(message: Message, *, delivery: str, reason: str = "") -> None:
    """A later word of the provider. Status only moves forward: sent, delivered, read; a bounce fails what was sent."""
    with unit_of_work():
        locked(message.ticket_id)  # the ticket first, as everywhere, so that no two writers wait for each other
        fresh = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if delivery == Delivery.FAILED:
            if fresh.delivery not in (Delivery.FAILED, Delivery.RETRACTED):
                _settle(fresh, Delivery.FAILED, {"failure": reason[:300]}, reason)
            return
        rank = _RANK.get(Delivery(delivery), 0)
        if rank > _RANK.get(Delivery(fresh.delivery), 0) and fresh.delivery != Delivery.RETRACTED:
            _settle(fresh, Delivery(delivery), {"failure": ""})


def _settle(message: Message, delivery: Delivery, values: dict[str, Any], reason: str = "") -> None:
    """The ticket's lock comes first, as in every other service, so that two writers never wait for each other."""
    ticket = locked(message.ticket_id)
    Message.objects.filter(pk=message.pk).update(delivery=delivery, claimed_until=None, next_attempt_at=None, **values)
    message.delivery = delivery
    if reason:
        event: Any = MessageFailed(message_id=message.pk, delivery=delivery.value, reason=reason[:300])
    else:
        event = MessageDelivered(message_id=message.pk, delivery=delivery.value)
    record(ticket, event, actor=SYSTEM)


def send_again(message_ids: Sequence[int]) -> int:
    """Queue messages once more that the channel took but nobody read; the adapter knows another way to them."""
    unread = Message.objects.filter(pk__in=list(message_ids), delivery__in=[Delivery.SENT, Delivery.DELIVERED])
    return unread.update(delivery=Delivery.RETRYING, next_attempt_at=now(), claimed_until=None)
