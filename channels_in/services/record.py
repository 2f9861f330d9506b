"""Hands what an adapter understood to the services of the heart, and notes on the delivery what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels_in.base import Enclosed, Held, Ignored
from channels_in.models import DeliveryState, InboundDelivery
from channels_in.registry import adapter_for
from channels_in.services.read import ReadEvent
from core import db
from core.planned import Planned
from core.text import clean_line
from people.services import contacts
from tickets.inbound import Edit, Inbound, Reachability, Receipt
from tickets.models import Delivery, Inbox, Message
from tickets.selectors.outgoing import was_sent_to
from tickets.services import intake, receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`outcome`: created, appended, duplicate, held, edited, bounced, noted (a receipt or reachability) or ignored."""

    outcome: str
    reason: str = ""
    ticket_id: int | None = None
    message_id: int | None = None
    held: Held | None = None


NOTHING = Outcome(outcome="ignored", reason="Nothing in it concerns the desk")
_STATES = {"ignored": DeliveryState.IGNORED, "held": DeliveryState.SUSPENDED}
_FINISH = Planned("""
    UPDATE channels_in_inbounddelivery
    SET state = %s, held_for = %s, sender = %s, subject = %s,
        outcome = %s, reason = %s, ticket_id = %s, message_id = %s, error = '', handled_at = now()
    WHERE id = ANY(%s) AND state = 'new'""")
# Of several events in one delivery, the one that matters most tells the outcome.
_WEIGHT = ("created", "appended", "duplicate", "held", "bounced", "edited", "noted", "ignored")


def record(events: Sequence[ReadEvent], *, inbox: Inbox, is_released: bool = False) -> Outcome:
    """Record all events of one delivery; call it in a unit of work. `is_released`: a person let it in."""
    outcomes = [_record_one(item, inbox, is_released=is_released) for item in events]
    return min(outcomes, key=lambda item: _WEIGHT.index(item.outcome), default=NOTHING)


def finish(rows: Sequence[InboundDelivery], outcome: Outcome) -> None:
    """Mark the deliveries as handled, together with the last statements of the unit of work."""
    state = _STATES.get(outcome.outcome, DeliveryState.DONE)
    held = outcome.held or Held(reason="", held_for="")
    db.defer(
        (
            _FINISH,
            [
                state.value,
                held.held_for,
                clean_line(held.sender, 320),
                clean_line(held.subject, 200),
                outcome.outcome,
                outcome.reason[:300],
                outcome.ticket_id,
                outcome.message_id,
                [row.pk for row in rows],
            ],
        )
    )


def _record_one(item: ReadEvent, inbox: Inbox, *, is_released: bool) -> Outcome:
    event = item.event
    if isinstance(event, Inbound):
        done = intake.record_inbound(event, inbox=inbox, stored=item.stored, lets_blocked_in=is_released)
        if done.outcome == "blocked":
            return _held(Held(reason=done.reason, held_for="blocked", sender=event.sender.value, subject=event.subject))
        return Outcome(outcome=done.outcome, reason=done.reason, ticket_id=done.ticket_id, message_id=done.message_id)
    if isinstance(event, Receipt):
        return _receipt(event, inbox)
    if isinstance(event, Edit):
        return _found("edited", receipts.record_edit(event, inbox=inbox), "The edited message is not here")
    if isinstance(event, Reachability):
        return _reachability(event, inbox)
    if isinstance(event, Held):
        return _held(event)
    if isinstance(event, Enclosed):
        inner = adapter_for(inbox.kind).take_in(inbox, event)
        return Outcome(outcome="noted", reason=f"The mail in it is delivery {inner.delivery_id}")
    return Outcome(outcome="ignored", reason=event.reason if isinstance(event, Ignored) else NOTHING.reason)


def _held(event: Held) -> Outcome:
    return Outcome(outcome="held", reason=event.reason, held=event)


def _receipt(event: Receipt, inbox: Inbox) -> Outcome:
    message = receipts.record_receipt(event, inbox=inbox)
    if event.delivery == Delivery.FAILED:
        return Outcome(
            outcome="bounced",
            reason=event.reason,
            ticket_id=message.ticket_id if message else None,
            message_id=message.pk if message else None,
        )
    return _found("noted", message, "The receipt is for no message of ours")


def _found(outcome: str, message: Message | None, otherwise: str) -> Outcome:
    if message is None:
        return Outcome(outcome="ignored", reason=otherwise)
    return Outcome(outcome=outcome, ticket_id=message.ticket_id, message_id=message.pk)


def _reachability(event: Reachability, inbox: Inbox) -> Outcome:
    if event.is_reachable:
        contacts.mark_reachable(kind=event.kind, value=event.value)
        return Outcome(outcome="noted", reason="The contact can be reached")
    if event.message_id is not None and not was_sent_to(event.message_id, event.value):
        return Outcome(outcome="ignored", reason="A report about somebody who did not get that message")
    if event.is_bounce:
        limit = adapter_for(inbox.kind).refusals_until_unreachable
        contacts.note_refusal(kind=event.kind, value=event.value, reason=event.reason, limit=limit)
    else:
        contacts.mark_unreachable(kind=event.kind, value=event.value, reason=event.reason)
    return Outcome(outcome="noted", reason=event.reason)
