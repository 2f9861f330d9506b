"""What the SLA tick does each second: warns before a deadline, tells each breach, takes the next step of escalation,
once, whoever else ticks too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet

from core.batches import do_batch
from core.clock import NEVER, now
from core.db import defer, run
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, SLABreached, SLABreachNear
from sla.models import Clock, FactKind
from sla.services import clock_sql, fact_sql
from sla.services.escalating import take_step
from tickets.services import journal

BATCH = 50
Act = Callable[[Clock, datetime], None]


def warn_of_breaches(at: datetime | None = None) -> int:
    """Announce the deadlines that come near, one batch; returns how many."""
    at = at or now()
    near = Clock.objects.filter(warn_at__lte=at, due_at__gt=at, breached_at=None, finished_at=None)
    return _each(near.order_by("warn_at", "id"), _warn, at)


def tell_breaches(at: datetime | None = None) -> int:
    """Record and announce the deadlines that have passed, one batch; returns how many.

    Also those that were met late before any tick saw them: a breach is told however late it is noticed.
    """
    at = at or now()
    missed = Clock.objects.filter(
        Q(finished_at=None) | Q(breached_at__isnull=False), due_at__lte=at, breach_told_at=None
    )
    return _each(missed.order_by("due_at", "id"), _breach, at)


def escalate_breaches(at: datetime | None = None) -> int:
    """Take the step that is due on missed deadlines, one batch; returns how many. Steps of one clock that a downtime
    has left behind are taken one after another, each once."""
    at = at or now()
    due = Clock.objects.filter(escalate_at__lte=at, finished_at=None, breach_told_at__isnull=False)
    return _each(due.order_by("escalate_at", "id"), take_step, at)


def _each(due: QuerySet[Clock], act: Act, at: datetime) -> int:
    def done(rows: QuerySet[Clock]) -> int:
        with unit_of_work():
            claimed = _claimed(rows)
            for clock in claimed:
                act(clock, at)
        return len(claimed)

    return do_batch(due, done, size=BATCH)


def _warn(clock: Clock, at: datetime) -> None:
    """Of the warnings that a downtime has left behind, only the last says something."""
    left = run([clock_sql.count_warnings(clock.pk, at)])[0][0]
    event = SLABreachNear(
        metric=clock.metric,
        due_at=clock.due_at.isoformat(),
        left_seconds=round(left),
        percent=round(100 * (1 - left / clock.allowed_seconds)) if clock.allowed_seconds else 0,
    )
    done = journal.record(clock.ticket, event, actor=SYSTEM)
    defer(fact_sql.of_clock(FactKind.WARNED, clock.pk, at, event_id=done.event_id))


def _breach(clock: Clock, at: datetime) -> None:
    ticket = clock.ticket
    values: dict[str, object] = {"breach_told_at": at, "warn_at": NEVER}
    if clock.breached_at is None:
        values |= {
            "breached_at": clock.due_at,
            "decided_at": clock.due_at,
            "team_id": ticket.team_id,
            "agent_id": ticket.assignee_id,
            "inbox_id": ticket.inbox_id,
            "channel": ticket.channel,
            "priority": ticket.priority,
        }
    Clock.objects.filter(pk=clock.pk).update(**values)
    late = round((at - clock.due_at).total_seconds())
    event = SLABreached(metric=clock.metric, due_at=clock.due_at.isoformat(), late_by_seconds=late)
    done = journal.record(ticket, event, actor=SYSTEM)
    fact = fact_sql.of_clock(FactKind.BREACHED, clock.pk, clock.due_at, event_id=done.event_id, late_by_seconds=late)
    defer(fact, clock_sql.refresh_marks(ticket.pk))


def _claimed(clocks: QuerySet[Clock]) -> list[Clock]:
    """The rows and their tickets, locked. What another writer holds is left for the next tick, so nobody waits for
    the tick and two ticks share the work. Two clocks of one ticket share one ticket object, so that seqs follow."""
    locked = clocks.select_related("ticket").select_for_update(of=("self", "ticket"), skip_locked=True)
    found = list(locked[:BATCH])
    tickets = {clock.ticket_id: clock.ticket for clock in found}
    for clock in found:
        clock.ticket = tickets[clock.ticket_id]
    return found
