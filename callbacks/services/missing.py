"""What callbacks do by the clock: agents hear of them shortly before, and of those that nobody made; each once."""

from __future__ import annotations

from datetime import timedelta

from callbacks.models import Callback, CallbackState
from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, CallbackMissed, CallbackNear
from people.models import Role
from people.selectors.agents import active_agents
from tickets.models import Ticket
from tickets.services import journal

BATCH = 100
BEFORE = timedelta(minutes=5)


def tell_near() -> int:
    """Those that begin within five minutes; returns how many were looked at."""
    due = Callback.objects.filter(
        state=CallbackState.PLANNED, near_told_at=None, starts_at__lte=now() + BEFORE
    ).order_by("starts_at", "id")
    found = list(due.values_list("pk", "ticket_id")[:BATCH])
    for callback_id, ticket_id in found:
        _tell_one_near(callback_id, ticket_id)
    return len(found)


def miss_due() -> int:
    """Those whose window is over; returns how many were looked at."""
    due = Callback.objects.filter(state=CallbackState.PLANNED, ends_at__lte=now()).order_by("ends_at", "id")
    found = list(due.values_list("pk", "ticket_id")[:BATCH])
    for callback_id, ticket_id in found:
        with unit_of_work():
            ticket = journal.locked(ticket_id)
            fresh = Callback.objects.select_for_update(of=("self",)).get(pk=callback_id)
            # Another sweep or an agent may have been quicker while we waited for the lock.
            if fresh.state == CallbackState.PLANNED and fresh.ends_at <= now():
                tell_missed(ticket, fresh)
    return len(found)


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


def _tell_one_near(callback_id: int, ticket_id: int) -> None:
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        fresh = Callback.objects.select_for_update(of=("self",)).get(pk=callback_id)
        if fresh.state != CallbackState.PLANNED or fresh.near_told_at is not None:
            return
        fresh.near_told_at = now()
        fresh.save(update_fields=["near_told_at"])
        event = CallbackNear(
            callback_id=fresh.pk, starts_at=fresh.starts_at.isoformat(), agent_ids=_whom_to_tell(fresh)
        )
        journal.record(ticket, event, actor=SYSTEM)


def _whom_to_tell(callback: Callback, *, with_lead: bool = False) -> tuple[int, ...]:
    """Who promised it; else everybody of the team; the lead hears of what was missed."""
    lead = {callback.team.lead_id} if with_lead and callback.team and callback.team.lead_id else set()
    if callback.assignee_id:
        return tuple(sorted({callback.assignee_id, *lead}))
    members = active_agents().filter(teams=callback.team_id).exclude(role=Role.LIGHT) if callback.team_id else ()
    return tuple(sorted({*(member.pk for member in members), *lead}))
