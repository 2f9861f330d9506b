"""What callbacks do by the clock: agents hear of them shortly before, and of those that nobody made; each once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db.models import QuerySet

from callbacks.models import Callback, CallbackState
from core.batches import stop_if_out_of_time
from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, CallbackMissed, CallbackNear
from people.models import Agent, Role
from people.selectors.agents import active_agents, active_managers
from tickets.models import Ticket
from tickets.services import journal

logger = logging.getLogger(__name__)

BATCH = 100
BEFORE = timedelta(minutes=5)


def tell_near() -> int:
    """Those that begin within five minutes; of those that are over, only the miss is told. Returns how many."""
    at = now()
    near = Callback.objects.filter(near_told_at=None, starts_at__lte=at + BEFORE, ends_at__gt=at)
    return _for_each(near.order_by("starts_at", "id"), _tell_one_near)


def miss_due() -> int:
    """Those whose window is over; returns how many."""
    return _for_each(Callback.objects.filter(ends_at__lte=now()).order_by("ends_at", "id"), _miss_one)


def tell_missed(ticket: Ticket, callback: Callback) -> None:
    """Call it under the locks of both. One that was missed, settled and taken back is not told again."""
    at = now()
    callback.state = CallbackState.MISSED
    if callback.missed_at is None:
        event = CallbackMissed(
            callback_id=callback.pk,
            ends_at=callback.ends_at.isoformat(),
            late_by=max(0, int((at - callback.ends_at).total_seconds())),
            agent_ids=_whom_to_tell(callback, with_lead=True),
        )
        journal.record(ticket, event, actor=SYSTEM)
        callback.missed_at = at
    callback.save(update_fields=["state", "missed_at"])


def _for_each(due: QuerySet[Callback], tell: Callable[[Ticket, Callback], None]) -> int:
    """Each under its locks, in a transaction of its own. One that fails holds up no other; the next tick tries it."""
    found = list(due.filter(state=CallbackState.PLANNED).values_list("pk", "ticket_id")[:BATCH])
    for callback_id, ticket_id in found:
        try:
            with unit_of_work():
                ticket = journal.locked(ticket_id)
                fresh = Callback.objects.select_for_update(of=("self",)).get(pk=callback_id)
                # Another sweep or an agent may have been quicker while we waited for the lock.
                if fresh.state == CallbackState.PLANNED:
                    tell(ticket, fresh)
        except Exception as error:
            logger.exception("A callback could not be told; it will be tried again", extra={"callback_id": callback_id})
            stop_if_out_of_time(error)
    return len(found)


def _miss_one(ticket: Ticket, callback: Callback) -> None:
    if callback.ends_at <= now():
        tell_missed(ticket, callback)


def _tell_one_near(ticket: Ticket, callback: Callback) -> None:
    if callback.near_told_at is not None:
        return
    callback.near_told_at = now()
    callback.save(update_fields=["near_told_at"])
    event = CallbackNear(
        callback_id=callback.pk, starts_at=callback.starts_at.isoformat(), agent_ids=_whom_to_tell(callback)
    )
    journal.record(ticket, event, actor=SYSTEM)


def _whom_to_tell(callback: Callback, *, with_lead: bool = False) -> tuple[int, ...]:
    """Who promised it; else everybody of the team; the lead hears of what was missed. Where none of them is here any
    more, the managers hear of it: a promise is never told to nobody."""
    lead = callback.team.lead if with_lead and callback.team else None
    callers = [callback.assignee] if callback.assignee and callback.assignee.is_active else _team(callback)
    told = {agent.pk for agent in (*callers, lead) if agent and agent.is_active}
    return tuple(sorted(told or active_managers().values_list("pk", flat=True)))


def _team(callback: Callback) -> list[Agent]:
    if callback.team_id is None:
        return []
    return list(active_agents().filter(teams=callback.team_id).exclude(role=Role.LIGHT))
