"""Looks at the doors of the desk: each inbox, what waits to come in, what waits to go out."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from channels_in.models import DeliveryState, InboundDelivery
from channels_in.registry import kinds
from helpdesk.doctor.finding import Finding, broken, doubtful, good
from tickets.models import Delivery, Inbox, Message

LATE = timedelta(minutes=2)


def inboxes() -> Iterator[Finding]:
    found = list(Inbox.objects.defer("secrets"))
    if not found:
        yield doubtful("there is none", "make one under Settings, or run manage.py demo")
    for inbox in found:
        yield look_at(inbox)


def look_at(inbox: Inbox) -> Finding:
    name = f"{inbox.name} ({inbox.kind})"
    if inbox.kind not in kinds():
        return broken(f"{name}: this kind of channel does not exist", "correct or delete the inbox")
    try:
        is_connected = bool(inbox.secrets)
    except Exception:  # any failure to decrypt means the same to the reader
        return broken(f"{name}: its credentials cannot be decrypted", "add the key of their time to FERNET_KEYS")
    if inbox.disabled_reason and not is_connected:
        return doubtful(f"{name} is not connected yet", "enter its credentials under Settings")
    if inbox.disabled_reason:
        return broken(f"{name} is switched off: {inbox.disabled_reason}", "mend the cause and switch it on again")
    return good(f"{name} is open" if inbox.is_active else f"{name} is not in use")


def deliveries() -> Iterator[Finding]:
    waiting = InboundDelivery.objects.filter(state=DeliveryState.NEW, due_at__lt=timezone.now() - LATE).count()
    unread = InboundDelivery.objects.filter(state=DeliveryState.QUARANTINED).count()
    if waiting:
        yield broken(f"{waiting} accepted messages wait for more than two minutes", "start a worker for 'inbound'")
    if unread:
        yield doubtful(f"{unread} messages could not be read", "look at them under Problems: retry or discard")
    if not waiting and not unread:
        yield good("everything that was accepted is in")


def outbox() -> Iterator[Finding]:
    overdue = Message.objects.filter(
        delivery__in=[Delivery.QUEUED, Delivery.RETRYING], next_attempt_at__lt=timezone.now() - LATE
    ).count()
    uncertain = Message.objects.filter(delivery=Delivery.UNCERTAIN).count()
    if overdue:
        yield broken(f"{overdue} answers should have left two minutes ago", "start a worker for 'deliver'")
    if uncertain:
        yield doubtful(
            f"{uncertain} answers may or may not have arrived", "open them, and send again what did not arrive"
        )
    if not overdue and not uncertain:
        yield good("everything that was written has left")
