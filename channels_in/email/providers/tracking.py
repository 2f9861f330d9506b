"""What became of our mails, in a provider's words and ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from anymail.signals import EventType, RejectReason

from channels_in.base import Ignored, ParsedEvent
from channels_in.email import tokens
from channels_in.email.kind import KIND
from channels_in.email.providers.as_django import METADATA
from tickets.inbound import Reachability, Receipt
from tickets.models import Delivery

_FAILED = (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED)
_BAD_ADDRESS = re.compile(r"\b5\.1\.\d{1,3}\b|user unknown|no such (?:user|mailbox)|invalid", re.IGNORECASE)
_SOFT = re.compile(r"\b(?:transient|soft|temporar\w*|undetermined)", re.IGNORECASE)
_HARD = re.compile(r"\b(?:permanent|hard)", re.IGNORECASE)


def told_by(event: Any) -> list[ParsedEvent]:
    """Openings and clicks are none of our business: customers are not spied upon."""
    if event.event_type == EventType.DELIVERED:
        return [_receipt(event, Delivery.DELIVERED)]
    if event.event_type in _FAILED:
        return [_receipt(event, Delivery.FAILED), *_bad_address(event)]
    if event.event_type == EventType.COMPLAINED:
        return _complaint(event)
    if event.event_type == EventType.DEFERRED:
        return [Ignored(reason="The receiver's server asks the provider to wait")]
    return [Ignored(reason=f"Nothing to do about “{event.event_type}”")]


def _receipt(event: Any, delivery: Delivery) -> Receipt:
    reason = ""
    if delivery == Delivery.FAILED:
        why = event.mta_response or event.description or event.reject_reason or "refused"
        reason = f"{event.recipient or 'The receiver'} did not get it: {' '.join(str(why).split())}"[:300]
    return Receipt(
        delivery=delivery,
        message_id=_our_message(event),
        external_id=str(event.message_id or "").strip("<>"),
        reason=reason,
    )


def _bad_address(event: Any) -> list[ParsedEvent]:
    """Only what is known to be for good, and about a mail that we can prove to be ours."""
    message_id = _our_message(event)
    said = f"{event.description or ''} {event.mta_response or ''}"
    is_hard = bool(_HARD.search(said) or _BAD_ADDRESS.search(said)) or event.reject_reason == RejectReason.INVALID
    if message_id is None or not event.recipient or _SOFT.search(said) or not is_hard:
        return []
    reason = f"Mail to this address came back: {' '.join(said.split())}"[:200]
    return [_unreachable(event.recipient, reason, message_id, is_bounce=True)]


def _complaint(event: Any) -> list[ParsedEvent]:
    message_id = _our_message(event)
    if message_id is None or not event.recipient:
        return [Ignored(reason="A complaint about no mail of ours")]
    return [_unreachable(event.recipient, "They marked our mail as spam.", message_id, is_bounce=False)]


def _unreachable(address: str, reason: str, message_id: int, *, is_bounce: bool) -> Reachability:
    return Reachability(
        kind=KIND, value=address, is_reachable=False, reason=reason, message_id=message_id, is_bounce=is_bounce
    )


def _our_message(event: Any) -> int | None:
    """By the signed id that we gave the provider along, else by the Message-ID itself."""
    told = event.metadata if isinstance(event.metadata, Mapping) else {}
    for given in (told.get(METADATA), event.message_id):
        if given and (known := tokens.message_of_own_id(str(given).strip("<>"))) is not None:
            return known
    return None
