"""Takes care of unhappy customers: a bad rating gets an owner and a time, an outcome is said, and lateness is told."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import QuerySet

from core.batches import stop_if_out_of_time
from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, Actor, RecoveryClosed, RecoveryOpened, RecoveryOverdue
from csat.hours import after_open_minutes
from csat.models import Cause, Outcome, Rating, Recovery, Survey, SurveyRequest
from people.models import Agent, Team
from people.policy import require
from people.selectors.agents import acting_agent, active_managers
from tickets.models import Ticket
from tickets.services import journal

logger = logging.getLogger(__name__)

BATCH = 50


def settle_recovery(rating: Rating, request: SurveyRequest, ticket: Ticket, *, at: datetime) -> None:
    """Open one for a rating that is low enough; take back the open one of a rating that is not low any more."""
    known = Recovery.objects.filter(rating=rating).first()
    survey = request.survey
    is_low = survey is not None and rating.score <= survey.recovery_score
    if survey is not None and is_low and (known is None or known.outcome == Outcome.WITHDRAWN):
        _open(rating, request, ticket, survey, at, known)
    elif known is not None and known.is_open and not is_low:
        _close(known, ticket, Outcome.WITHDRAWN, "", SYSTEM, at)


def close_recovery(recovery: Recovery, *, outcome: str, cause: str, actor: Actor) -> Recovery:
    """Say what came of it. Raises Conflict when somebody has said so already."""
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
    if outcome not in Outcome.values or outcome == Outcome.WITHDRAWN:
        raise Invalid("Say what came of it.", fields={"outcome": "Choose one of the list."})
    if cause not in Cause.values:
        raise Invalid("Say what went wrong.", fields={"cause": "Choose one of the list."})
    with unit_of_work():
        ticket = journal.locked(recovery.ticket_id)
        fresh = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
        if not fresh.is_open:
            raise Conflict("This was settled already.")
        _close(fresh, ticket, outcome, cause, actor, now())
    return fresh


def tell_overdue(at: datetime | None = None) -> int:
    """Tell the owner and the managers of what was not settled in time, each once; returns how many."""
    at = at or now()
    due = Recovery.objects.filter(closed_at=None, overdue_told_at=None, due_at__lte=at).order_by("due_at", "id")
    found = list(due.values_list("pk", "ticket_id")[:BATCH])
    for recovery_id, ticket_id in found:
        # One that cannot be told holds up no other; it is looked at again with the next tick.
        try:
            _tell_one_overdue(recovery_id, ticket_id, at)
        except Exception as error:
            logger.exception("An overdue recovery could not be told", extra={"recovery_id": recovery_id})
            stop_if_out_of_time(error)
    return len(found)


def _tell_one_overdue(recovery_id: int, ticket_id: int, at: datetime) -> None:
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        fresh = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery_id)
        if fresh.closed_at is not None or fresh.overdue_told_at is not None:
            return
        fresh.overdue_told_at = at
        fresh.save(update_fields=["overdue_told_at"])
        told = tuple(sorted({*_ids(active_managers()), *([fresh.owner_id] if fresh.owner_id else [])}))
        event = RecoveryOverdue(recovery_id=fresh.pk, due_at=fresh.due_at.isoformat(), agent_ids=told)
        journal.record(ticket, event, actor=SYSTEM)


def _open(
    rating: Rating, request: SurveyRequest, ticket: Ticket, survey: Survey, at: datetime, known: Recovery | None
) -> None:
    owner = _owner(survey, ticket, request)
    due_at = after_open_minutes(ticket.team_id, ticket.inbox_id, at, survey.recovery_minutes)
    recovery = known or Recovery(rating=rating, ticket=ticket)
    recovery.owner, recovery.opened_at, recovery.due_at = owner, at, due_at
    recovery.closed_at, recovery.closed_by, recovery.outcome, recovery.overdue_told_at = None, "", "", None
    recovery.save()
    event = RecoveryOpened(
        recovery_id=recovery.pk,
        request_id=request.pk,
        score=rating.score,
        due_at=due_at.isoformat(),
        owner_id=owner.pk if owner else None,
        agent_ids=(owner.pk,) if owner else _ids(active_managers()),
    )
    journal.record(ticket, event, actor=SYSTEM)


def _close(recovery: Recovery, ticket: Ticket, outcome: str, cause: str, actor: Actor, at: datetime) -> None:
    recovery.closed_at, recovery.closed_by = at, actor.name[:120]
    recovery.outcome, recovery.cause = outcome, cause
    recovery.save(update_fields=["closed_at", "closed_by", "outcome", "cause"])
    event = RecoveryClosed(
        recovery_id=recovery.pk,
        request_id=recovery.rating.request_id,
        outcome=outcome,
        cause=cause,
        is_in_time=at <= recovery.due_at,
    )
    journal.record(ticket, event, actor=actor)


def _owner(survey: Survey, ticket: Ticket, request: SurveyRequest) -> Agent | None:
    """The survey's agent; else the lead of its team, else of the ticket's; else whoever had the ticket. None: the
    managers are told, and any of them may take it on."""
    lead_of = survey.recovery_team or ticket.team or Team.objects.filter(pk=request.team_id or 0).first()
    candidates = (survey.recovery_agent, lead_of.lead if lead_of else None, ticket.assignee)
    return next((agent for agent in candidates if agent and agent.is_active), None)


def _ids(agents: QuerySet[Agent]) -> tuple[int, ...]:
    return tuple(agents.order_by("pk").values_list("pk", flat=True))
