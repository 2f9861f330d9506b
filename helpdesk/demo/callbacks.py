"""The demo's callbacks: calls of the past weeks, most of them kept, and some that wait today."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.models import Callback
from callbacks.services.planning import Plan, plan_callback
from helpdesk.history.copying import reserve
from helpdesk.history.life import SYSTEM, Life, Person
from people.models import Agent
from sla.models import Fact
from tickets.models import Ticket

SHARE = 0.3
WINDOW = timedelta(minutes=30)
KEPT, ANSWERED = 0.86, 0.8
_ABOUT = ("Which grinder fits the machine", "The missing parcel", "A new date for the delivery", "The invoice, again")


@dataclass(frozen=True, slots=True)
class Call:
    callback: Callback
    facts: tuple[Fact, ...]


def promise_calls(lives: Sequence[Life], *, until: datetime, dice: random.Random) -> list[Call]:
    """After some tickets were solved somebody called the customer, or should have. Call it before they are stored."""
    done = [life for life in lives if life.status in ("resolved", "closed") and life.assignee_id]
    chosen = [life for life in done if dice.random() < SHARE and life.updated_at + timedelta(hours=8) < until]
    ids = reserve("callbacks_callback_id_seq", len(chosen))
    return [_call(life, pk, dice) for life, pk in zip(chosen, ids, strict=True)]


def store_calls(calls: Sequence[Call]) -> None:
    Callback.objects.bulk_create(call.callback for call in calls)
    Fact.objects.bulk_create(fact for call in calls for fact in call.facts)


def promise_calls_of_today(lives: Sequence[Life], *, present: datetime) -> None:
    """One is about to begin, one comes later, one is to be tried tomorrow."""
    waiting = [life for life in lives if life.status == "open" and life.assignee_id][:3]
    for number, life in enumerate(waiting):
        agent = Agent.objects.get(pk=life.assignee_id or 0)
        starts_at = present + timedelta(minutes=(4, 100, 24 * 60)[number])
        plan = Plan(
            phone=_phone(life), starts_at=starts_at, ends_at=starts_at + WINDOW, note=_ABOUT[number], assignee=agent,
            asked_by="contact",
        )  # fmt: skip
        plan_callback(Ticket.objects.get(pk=life.id), plan, actor=agent.as_actor())


def _call(life: Life, pk: int, dice: random.Random) -> Call:
    agent = Person("agent", life.assignee_id or 0, Agent.objects.get(pk=life.assignee_id or 0).name)
    planned_at = life.updated_at + timedelta(minutes=dice.randrange(5, 60))
    starts_at = planned_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=dice.randrange(1, 5))
    ends_at = starts_at + WINDOW
    callback = Callback(
        pk=pk, ticket_id=life.id, contact_id=life.contact.id, phone=_phone(life), starts_at=starts_at, ends_at=ends_at,
        assignee_id=life.assignee_id, team_id=life.team_id, note=dice.choice(_ABOUT), created_at=planned_at,
        asked_by=dice.choice(("agent", "contact")), near_told_at=starts_at,
    )  # fmt: skip
    window = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    told = {"callback_id": pk, **window, "asked_by": callback.asked_by, "moved_from": None}
    life.tell_of_call(planned_at, "CallbackPlanned", told, agent)
    facts = [_fact("callback_planned", life, planned_at, {"callback": pk, "moved": False})]
    is_kept = dice.random() < KEPT
    if not is_kept:
        callback.missed_at = ends_at
        missed = {"callback_id": pk, "ends_at": ends_at.isoformat(), "late_by": 0, "agent_ids": [agent.id]}
        life.tell_of_call(ends_at, "CallbackMissed", missed, SYSTEM)
        facts.append(_fact("callback_missed", life, ends_at, {"callback": pk, "late_by": 0}))
    called_at = (starts_at if is_kept else ends_at) + timedelta(minutes=dice.randrange(1, 29))
    outcome = "called" if dice.random() < ANSWERED else "no_answer"
    made = {"callback_id": pk, "outcome": outcome, "is_kept": is_kept}
    life.tell_of_call(called_at, "CallbackMade", made, agent)
    facts.append(_fact("callback_made", life, called_at, {"callback": pk, "outcome": outcome, "kept": is_kept}))
    callback.state, callback.settled_at, callback.settled_by = outcome, called_at, agent.name
    return Call(callback, tuple(facts))


def _fact(kind: str, life: Life, at: datetime, data: dict[str, object]) -> Fact:
    return Fact(
        kind=kind, at=at, ticket_id=life.id, team_id=life.team_id, agent_id=life.assignee_id, inbox_id=life.desk.id,
        channel=life.desk.kind, priority=life.priority, organization_id=life.organization_id,
        contact_id=life.contact.id, tags=list(life.tags), data=data,
    )  # fmt: skip


def _phone(life: Life) -> str:
    """Numbers that the German regulator keeps for films."""
    return f"+493023125{life.contact.id % 1000:03d}"
