"""The record of what was tried on the way out: begun before the network is touched, ended after it answered."""

from __future__ import annotations

from django.db.models.functions import Now

from channels_in.models import AttemptOutcome, OutboundAttempt
from tickets.models import Message


def unfinished(message: Message) -> OutboundAttempt | None:
    """The attempt whose process died in the middle, if there is one."""
    return OutboundAttempt.objects.filter(message=message, outcome=AttemptOutcome.STARTED).order_by("-id").first()


def arrived_so_far(message: Message) -> list[str]:
    """The parts of the message that earlier attempts got through."""
    last = OutboundAttempt.objects.filter(message=message).order_by("-id").values_list("arrived", flat=True).first()
    return list(last or [])


def begin(message: Message) -> OutboundAttempt:
    return OutboundAttempt.objects.create(message=message, arrived=arrived_so_far(message))


def note_part(attempt: OutboundAttempt, external_id: str) -> None:
    attempt.arrived = [*attempt.arrived, external_id]
    OutboundAttempt.objects.filter(pk=attempt.pk).update(arrived=attempt.arrived)


def finish(attempt: OutboundAttempt, outcome: AttemptOutcome, *, detail: str = "") -> None:
    OutboundAttempt.objects.filter(pk=attempt.pk).update(
        outcome=outcome, detail=detail[:300], finished_at=Now(), arrived=attempt.arrived
    )
