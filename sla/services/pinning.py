"""Puts a ticket under a chosen policy from this moment on, or gives it back to the conditions of the policies."""

from __future__ import annotations

from datetime import datetime

from core.clock import now
from core.db import Statement, run
from core.errors import Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, SLAApplied
from people.policy import require
from people.selectors.agents import acting_agent
from sla.models import Pin, Policy
from sla.services import clock_sql, policies
from tickets.models import Ticket
from tickets.services import journal


def start_policy(ticket: Ticket, *, policy: Policy, actor: Actor) -> None:
    """From now on this policy applies to the ticket, and its promises count in full from this moment.

    What is late already stays late; a promise that the policy does not give runs on by its former terms. Asking again
    for the policy that the ticket was put under changes nothing.
    """
    _allow(actor)
    if not policy.is_active or policy.archived_at is not None:
        raise Invalid("This policy is switched off.", fields={"policy": "Choose one that is in use."})
    with unit_of_work():
        fresh = journal.locked(ticket)
        if not fresh.is_open or Pin.objects.filter(ticket=fresh, policy=policy).exists():
            return
        at = now()
        Pin.objects.update_or_create(ticket=fresh, defaults={"policy": policy, "at": at})
        run([clock_sql.retarget(fresh.pk, at), clock_sql.start(fresh.pk, at), _from_now(fresh.pk, policy.pk, at)])
        run([clock_sql.pause_or_resume(fresh.pk, at), clock_sql.refresh_marks(fresh.pk)])
        journal.record(fresh, SLAApplied(policy=policy.name), actor=actor)


def release(ticket: Ticket, *, actor: Actor) -> None:
    """The policy whose conditions hold applies again, counted as after any change of terms."""
    _allow(actor)
    with unit_of_work():
        fresh = journal.locked(ticket)
        if Pin.objects.filter(ticket=fresh).delete()[0]:
            policies.apply_to(fresh.pk, actor=actor)


def _allow(actor: Actor) -> None:
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")


def _from_now(ticket_id: int, policy_id: int, at: datetime) -> Statement:
    """The promises of this policy that are not late begin anew; a clock that stands goes on standing."""
    sql = """
        UPDATE sla_clock c SET
            started_at = m.at, elapsed_seconds = 0, allowed_seconds = c.target_seconds, warnings_done = 0,
            running_since = CASE WHEN c.running_since IS NOT NULL THEN m.at END,
            due_at = sla_step_at(c.hours_id, n.since, 0, c.target_seconds),
            warn_at = sla_step_at(c.hours_id, n.since, 0, c.warn_after[1]),
            escalate_at = sla_step_at(c.hours_id, n.since, 0, c.target_seconds + c.escalate_after[1])
        FROM (SELECT %s::bigint AS ticket_id, %s::bigint AS policy_id, %s::timestamptz AS at) m
        CROSS JOIN LATERAL (
            SELECT k.id, CASE WHEN k.running_since IS NOT NULL THEN m.at END AS since FROM sla_clock k
            WHERE k.ticket_id = m.ticket_id AND k.policy_id = m.policy_id AND k.finished_at IS NULL
                AND k.breached_at IS NULL AND k.due_at > m.at
        ) n
        WHERE c.id = n.id"""
    return sql, [ticket_id, policy_id, at]
