"""Replies that leave later: kept, shown to all who see the ticket, taken back by anybody who may reply, sent in time.

When the customer writes before its time, a reply is held back: it may say what is not true any more.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.batches import stop_if_out_of_time
from core.clock import now
from core.errors import Conflict, HelpdeskError, Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, ReplyScheduled, ScheduledReplyCancelled, ScheduledReplyHeld
from people.models import Agent
from people.policy import require
from tickets.models import Message, ScheduledReply, ScheduleState, Status, Ticket
from tickets.selectors.reach import reach
from tickets.services import changes
from tickets.services.journal import locked, record
from tickets.services.messages import check_reply, reply

logger = logging.getLogger(__name__)

SOONEST = timedelta(seconds=30)
LATEST = timedelta(days=366)
_OPEN = (ScheduleState.WAITING, ScheduleState.HELD)
_GONE = "This reply has left already, or a colleague has taken it back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall leave, and when."""

    text: str
    send_at: datetime
    attachments: Sequence[UUID] = ()
    cc: Sequence[dict[str, str]] = ()
    status_after: str = ""
    seen_seq: int | None = None


def schedule(ticket: Ticket, *, plan: Plan, idempotency_key: str | None = None, agent: Agent) -> ScheduledReply:
    """Raises Invalid at a field, and NotAllowed when the customer cannot be reached now."""
    require(agent, "reply")
    _check_time(plan.send_at)
    if plan.status_after and plan.status_after not in Status.values:
        raise Invalid("There is no such status.", fields={"status": "Choose another one."})
    with unit_of_work():
        fresh = locked(ticket)
        if idempotency_key and (known := ScheduledReply.objects.filter(idempotency_key=idempotency_key).first()):
            return known
        check_reply(reach(fresh), text=plan.text, attachments=plan.attachments, cc=plan.cc)
        row = ScheduledReply.objects.create(
            ticket=fresh,
            agent=agent,
            text=plan.text.strip(),
            cc=list(plan.cc),
            attachment_ids=[str(file) for file in plan.attachments],
            status_after=plan.status_after,
            seen_seq=fresh.last_public_seq if plan.seen_seq is None else plan.seen_seq,
            send_at=plan.send_at,
            idempotency_key=idempotency_key,
        )
        event = ReplyScheduled(scheduled_id=row.pk, send_at=plan.send_at.isoformat())
        record(fresh, event, actor=agent.as_actor())
    return row


def cancel(row: ScheduledReply, *, agent: Agent) -> ScheduledReply:
    """Take it back; its words are the caller's to keep. Conflict when it has left."""
    require(agent, "reply")
    with unit_of_work():
        fresh = locked(row.ticket_id)
        if not ScheduledReply.objects.filter(pk=row.pk, state__in=_OPEN).update(state=ScheduleState.CANCELLED):
            raise Conflict(_GONE)
        record(fresh, ScheduledReplyCancelled(scheduled_id=row.pk), actor=agent.as_actor())
    row.refresh_from_db()
    return row


def send_now(row: ScheduledReply, *, agent: Agent) -> Message:
    """Let it leave at once, whatever was written since: whoever asks has seen it."""
    require(agent, "reply")
    message = _send(row.pk, states=_OPEN, is_guarded=False)
    if message is None:
        raise Conflict(_GONE)
    return message


def send_due(limit: int = 100) -> int:
    """Queue those whose time has come; returns how many left. Two beats never send one twice."""
    due = ScheduledReply.objects.filter(state=ScheduleState.WAITING, send_at__lte=now())
    ids = list(due.order_by("send_at", "id").values_list("pk", flat=True)[:limit])
    return sum(1 for pk in ids if _sent_or_held(pk))


def _sent_or_held(pk: int) -> bool:
    try:
        return _send(pk, states=(ScheduleState.WAITING,), is_guarded=True) is not None
    except HelpdeskError as error:
        _hold(pk, error.message)
    except Exception as error:
        logger.exception("A scheduled reply could not leave; it will be tried again", extra={"scheduled_id": pk})
        stop_if_out_of_time(error)
    return False


def _send(pk: int, *, states: Sequence[str], is_guarded: bool) -> Message | None:
    with unit_of_work():
        first = ScheduledReply.objects.filter(pk=pk).values_list("ticket_id", flat=True).first()
        if first is None:
            return None
        fresh = locked(first)
        row = ScheduledReply.objects.select_related("agent").get(pk=pk)
        if not ScheduledReply.objects.filter(pk=pk, state__in=states).update(state=ScheduleState.SENT, problem=""):
            return None
        actor = row.agent.as_actor()
        message = reply(
            fresh,
            text=row.text,
            attachments=[UUID(text) for text in row.attachment_ids],
            cc=row.cc,
            seen_seq=row.seen_seq,
            send_anyway=not is_guarded,
            actor=actor,
        )
        if row.status_after:
            changes.set_status(fresh, status=row.status_after, actor=actor)
    return message


def _hold(pk: int, problem: str) -> None:
    with unit_of_work():
        row = ScheduledReply.objects.select_related("ticket").get(pk=pk)
        fresh = locked(row.ticket_id)
        waiting = ScheduledReply.objects.filter(pk=pk, state=ScheduleState.WAITING)
        if waiting.update(state=ScheduleState.HELD, problem=problem[:300]):
            event = ScheduledReplyHeld(scheduled_id=pk, agent_id=row.agent_id, reason=problem[:300])
            record(fresh, event, actor=SYSTEM)


def _check_time(send_at: datetime) -> None:
    wait = send_at - now()
    if wait < SOONEST:
        raise Invalid("This time is over.", fields={"send_at": "Choose a later time."})
    if wait > LATEST:
        raise Invalid("This is too far away.", fields={"send_at": "Choose a time within a year."})
