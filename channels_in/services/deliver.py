"""Sends queued messages out: one claimed row, one recorded attempt, one plain word about how it went."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from channels_in.base import Adapter, ChannelError, ErrorKind, Progress, Sent
from channels_in.models import AttemptOutcome, OutboundAttempt
from channels_in.registry import adapter_for
from channels_in.services import attempts
from channels_in.services.enqueue import DELIVER, forget
from core.clock import now
from core.crashpoints import crashpoint
from core.events.bus import unit_of_work
from people.services import contacts
from tickets.models import Message
from tickets.services import inboxes, outbox

logger = logging.getLogger(__name__)

# A task that has worked this long leaves the rest of its batch to the next one.
BATCH_SECONDS = 20
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 15 * 60
LONGEST_PROVIDER_WAIT_SECONDS = 60 * 60
INTERRUPTED = "We were interrupted while sending: it may or may not have arrived."
NO_ANSWER = "The provider did not answer in time: it may or may not have arrived."


def deliver(message_ids: Sequence[int]) -> list[int]:
    """Send the messages that are due, and what waited behind them; returns those there was no time for."""
    started = time.monotonic()
    waiting = list(message_ids)
    while waiting:
        if time.monotonic() - started > BATCH_SECONDS:
            return waiting
        message = outbox.claim(waiting.pop(0))
        if message is None:
            continue
        crashpoint("deliver.after_claim")
        deliver_one(message)
        if (follower := outbox.next_of_ticket(message)) is not None and follower not in waiting:
            waiting.insert(0, follower)
    return []


def deliver_one(message: Message) -> None:
    """One attempt for a claimed message.

    The attempt's end and the message's are one transaction: an ended attempt of a message that still waits would be
    made once more, and one that never ended is uncertain.
    """
    adapter = adapter_for(message.inbox.kind)
    if (broken := attempts.unfinished(message)) and not _may_repeat(message, broken, adapter):
        return
    if not message.inbox.is_active:
        why = message.inbox.disabled_reason or "it was switched off"
        outbox.record_failed(message, reason=f"The inbox “{message.inbox.name}” does not send: {why}")
        return
    attempt = attempts.begin(message)
    crashpoint("deliver.after_beginning")
    try:
        sent = _send(adapter, message, attempt)
    except ChannelError as error:
        _record_refusal(message, attempt, adapter, error)
    else:
        crashpoint("deliver.after_answer")
        with unit_of_work():
            outbox.record_sent(message, external_id=sent.external_id, aliases=sent.aliases)
            attempts.finish(attempt, AttemptOutcome.SENT)
            crashpoint("deliver.before_commit")
        crashpoint("deliver.after_commit")


def _send(adapter: Adapter, message: Message, attempt: OutboundAttempt) -> Sent:
    """The adapter's word, or a ChannelError: what it did not foresee counts as "nobody knows"."""
    progress = Progress(arrived=list(attempt.arrived), note=lambda part: attempts.note_part(attempt, part))
    try:
        return adapter.send(message.inbox, message, progress)
    except (ChannelError, OperationalError, InterfaceError):
        raise
    except SoftTimeLimitExceeded as error:
        raise ChannelError(ErrorKind.UNCERTAIN, NO_ANSWER) from error
    except Exception as error:
        logger.exception("An adapter failed in an unforeseen way", extra={"message_id": message.pk})
        raise ChannelError(
            ErrorKind.UNCERTAIN, f"Sending failed in an unforeseen way ({type(error).__name__})."
        ) from error


def _may_repeat(message: Message, broken: OutboundAttempt, adapter: Adapter) -> bool:
    """An attempt that never ended may have arrived: only a provider that drops copies gets it again."""
    if adapter.is_idempotent:
        attempts.finish(broken, AttemptOutcome.RETRY, detail=INTERRUPTED)
        return True
    with unit_of_work():
        outbox.record_uncertain(message, reason=INTERRUPTED)
        attempts.finish(broken, AttemptOutcome.UNCERTAIN, detail=INTERRUPTED)
    return False


def _record_refusal(message: Message, attempt: OutboundAttempt, adapter: Adapter, error: ChannelError) -> None:
    if error.kind is ErrorKind.UNCERTAIN:
        with unit_of_work():
            outbox.record_uncertain(message, reason=error.reason)
            attempts.finish(attempt, AttemptOutcome.UNCERTAIN, detail=error.reason)
        return
    is_patient = now() - message.created_at < timedelta(hours=adapter.gives_up_after_hours)
    if error.kind is ErrorKind.RETRY and is_patient:
        attempts.finish(attempt, AttemptOutcome.RETRY, detail=error.reason)
        crashpoint("deliver.refused_for_now")
        outbox.record_retry(
            message, after_seconds=wait_seconds(message.attempts, error, adapter.pauses_minutes), reason=error.reason
        )
        forget(DELIVER, message.pk)
        return
    attempts.finish(attempt, AttemptOutcome.FAILED, detail=error.reason)
    crashpoint("deliver.refused_for_good")
    if error.kind is ErrorKind.REAUTH:
        inboxes.disable(message.inbox, reason=error.reason)
    if error.kind is ErrorKind.UNREACHABLE:
        _note_refusal(message, error.reason, adapter)
    outbox.record_failed(message, reason=error.reason)


def wait_seconds(attempt_number: int, error: ChannelError, pauses_minutes: Sequence[int] = ()) -> float:
    """What the provider asks for, else growing pauses with jitter, so that a recovering provider is not run over."""
    if error.after_seconds is not None:
        return float(min(max(error.after_seconds, 1), LONGEST_PROVIDER_WAIT_SECONDS))
    if pauses_minutes:
        pause = pauses_minutes[min(max(attempt_number - 1, 0), len(pauses_minutes) - 1)] * 60
        return random.uniform(pause * 0.8, pause * 1.2)
    full = min(FIRST_WAIT_SECONDS * 2 ** min(max(attempt_number - 1, 0), 12), LONGEST_WAIT_SECONDS)
    return random.uniform(full / 2, full)


def _note_refusal(message: Message, reason: str, adapter: Adapter) -> None:
    limit = adapter.refusals_until_unreachable
    for recipient in message.recipients.get("to", []):
        address = str(recipient.get("address", ""))
        contacts.note_refusal(kind=message.inbox.kind, value=address, reason=reason, limit=limit)
