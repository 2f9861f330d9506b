"""Promises a call: in a window, to a number, by somebody of the ticket's team; or agrees on another time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from callbacks.models import AskedBy, Callback, CallbackState
from callbacks.phone import normal_phone
from callbacks.services.settling import require_agent, settle, still_to_do
from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, CallbackMoved, CallbackPlanned
from people.models import Agent, Identity, Role
from tickets.models import Ticket
from tickets.selectors.access import agents_who_see
from tickets.services import journal

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=12)
# Whoever plans for "now" takes a moment to fill in the form.
GRACE = timedelta(minutes=5)
AHEAD = timedelta(days=90)
MOST_PER_TICKET = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for. Without an assignee anybody of the ticket's team calls."""

    phone: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    assignee: Agent | None = None
    asked_by: str = AskedBy.AGENT
    region: str = ""
    identity: Identity | None = None
    is_by_stranger: bool = False


def plan_callback(ticket: Ticket, plan: Plan, *, actor: Actor) -> Callback:
    """Raises Invalid for a number or a window that cannot be meant."""
    require_agent(actor)
    phone = normal_phone(plan.phone, region=plan.region)
    with unit_of_work():
        fresh = journal.locked(ticket)
        journal.refuse_merged(fresh)
        if Callback.objects.filter(ticket=fresh, state=CallbackState.PLANNED).count() >= MOST_PER_TICKET:
            raise Invalid(
                "This ticket has too many planned callbacks.", fields={"starts_at": "Call off old ones first."}
            )
        return _promise(fresh, plan, phone, actor)


def move_callback(callback: Callback, *, starts_at: datetime, ends_at: datetime, actor: Actor) -> Callback:
    """The new promise, as theirs as the old one was, if they are still there to keep it. Raises Conflict when somebody
    was quicker to settle it."""
    require_agent(actor)
    with unit_of_work():
        ticket, old = still_to_do(callback)
        settle(ticket, old, CallbackState.MOVED, CallbackMoved(callback_id=old.pk), actor=actor)
        assignee = who_may_call(ticket).filter(pk=old.assignee_id or 0).first()
        plan = Plan(
            phone=old.phone, starts_at=starts_at, ends_at=ends_at, note=old.note, assignee=assignee,
            asked_by=old.asked_by, identity=old.identity, is_by_stranger=old.is_by_stranger,
        )  # fmt: skip
        return _promise(ticket, plan, old.phone, actor, moved_from=old)


def _promise(ticket: Ticket, plan: Plan, phone: str, actor: Actor, moved_from: Callback | None = None) -> Callback:
    _check_window(plan.starts_at, plan.ends_at)
    if plan.assignee and not who_may_call(ticket).filter(pk=plan.assignee.pk).exists():
        message = f"{plan.assignee.name} may not see this ticket, or only looks on."
        raise Invalid(message, fields={"assignee": message})
    callback = Callback.objects.create(
        ticket=ticket,
        contact_id=ticket.contact_id,
        phone=phone,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        asked_by=AskedBy(plan.asked_by),
        assignee=plan.assignee,
        identity=plan.identity,
        is_by_stranger=plan.is_by_stranger,
        team_id=ticket.team_id,
        note=" ".join(plan.note.replace("\x00", "").split())[:300],
        moved_from=moved_from,
    )
    event = CallbackPlanned(
        callback_id=callback.pk,
        starts_at=callback.starts_at.isoformat(),
        ends_at=callback.ends_at.isoformat(),
        asked_by=callback.asked_by,
        is_booked=plan.identity is not None and actor.kind == "contact",
        moved_from=moved_from.pk if moved_from else None,
    )
    journal.record(ticket, event, actor=actor)
    return callback


def who_may_call(ticket: Ticket) -> QuerySet[Agent]:
    """Light agents only look."""
    return agents_who_see(ticket).exclude(role=Role.LIGHT)


def _check_window(starts_at: datetime, ends_at: datetime) -> None:
    at = now()
    if starts_at < at - GRACE:
        raise Invalid("This time is over.", fields={"starts_at": "Choose a time that is still to come."})
    if starts_at > at + AHEAD:
        raise Invalid("This is too far ahead.", fields={"starts_at": f"At most {AHEAD.days} days ahead."})
    if not SHORTEST <= ends_at - starts_at <= LONGEST:
        words = "A window lasts from 5 minutes to 12 hours."
        raise Invalid(words, fields={"ends_at": words})
