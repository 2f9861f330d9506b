"""The escalation path of a missed deadline: whom each step tells, to whom it gives the ticket, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from core.db import run
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, SLAEscalated
from people.models import Agent
from people.selectors.agents import active_agents, active_managers
from sla.models import Clock, EscalationAction, FactKind, Policy, PolicyVersion
from sla.services import clock_sql, fact_sql
from tickets.models import Priority, Ticket
from tickets.selectors.rows import METRIC_NAMES, duration_text
from tickets.services import changes, journal

MOST_OF_WHY = 200
_PUNCTUAL = 60.0
_ESCALATION = Actor(kind="system", name="Escalation", cause="sla")


def take_step(clock: Clock, at: datetime) -> None:
    """Take the next step of a clock whose row and ticket are locked, and look forward to the one after it."""
    steps, policy = _path(clock)
    number, late = clock.escalations_done, max((at - clock.escalate_at).total_seconds(), 0)
    run([clock_sql.next_escalation(clock.pk)])
    if number >= len(steps):
        return
    step = steps[number]
    why = _why(clock, policy, number, len(steps), step["after_minutes"], is_late=late > _PUNCTUAL)
    done = _act(clock.ticket, step["action"], why)
    told, action = done
    event = SLAEscalated(
        metric=clock.metric,
        step=number + 1,
        steps=len(steps),
        action=action,
        agent_ids=tuple(agent.pk for agent in told),
        why=why,
        late_by_seconds=round(late),
    )
    recorded = journal.record(clock.ticket, event, actor=_ESCALATION, columns={"sla_why": why[:MOST_OF_WHY]})
    data = {"step": number + 1, "action": action, "agents": [agent.pk for agent in told]}
    run([fact_sql.of_clock(FactKind.ESCALATED, clock.pk, at, event_id=recorded.event_id, **data)])


def _path(clock: Clock) -> tuple[list[dict[str, Any]], str]:
    """The steps by the terms that the clock was set by, and the policy's name."""
    version = PolicyVersion.objects.filter(policy=clock.policy_id, number=clock.policy_version).first()
    if version is not None:
        return list(version.terms["escalation"]), str(version.terms["name"])
    policy = Policy.objects.get(pk=clock.policy_id)
    return list(policy.escalation), policy.name


def _why(clock: Clock, policy: str, number: int, steps: int, minutes: int, *, is_late: bool) -> str:
    """A step that was taken late, after a downtime, knows only how long it is at least."""
    target = duration_text(timedelta(seconds=clock.target_seconds))
    metric = METRIC_NAMES.get(clock.metric, clock.metric)
    ago = f"{duration_text(timedelta(minutes=minutes))} ago in working time" if minutes else "just now"
    since = f"more than {ago}" if is_late and minutes else "a while ago" if is_late else ago
    return f"{metric} within {target} ({policy}) was missed {since}; step {number + 1} of {steps}"


def _act(ticket: Ticket, action: str, why: str) -> tuple[list[Agent], str]:
    """Do it; returns whom to tell and what was done in the end. Where there is nobody, the next one up is told."""
    if action == EscalationAction.RAISE_PRIORITY:
        return _raise(ticket), action
    if action == EscalationAction.ASSIGN_LEAD:
        return _give_to_lead(ticket, why)
    if action == EscalationAction.UNASSIGN:
        return _take_away(ticket, why)
    return _told(ticket, action)


def _told(ticket: Ticket, action: str) -> tuple[list[Agent], str]:
    upwards = [EscalationAction.NOTIFY_ASSIGNEE, EscalationAction.NOTIFY_LEAD, EscalationAction.NOTIFY_MANAGERS]
    path = upwards[upwards.index(EscalationAction(action)) :] if action in upwards else [action, *upwards[1:]]
    for who in path:
        if found := _people(ticket, who):
            return found, str(who)
    return [], action


def _people(ticket: Ticket, who: str) -> list[Agent]:
    team = ticket.team
    if who == EscalationAction.NOTIFY_ASSIGNEE:
        return [ticket.assignee] if ticket.assignee and ticket.assignee.is_active else []
    if who == EscalationAction.NOTIFY_MANAGERS:
        return list(active_managers())
    if team is None:
        return []
    if who == EscalationAction.NOTIFY_LEAD:
        return [team.lead] if team.lead and team.lead.is_active else []
    return list(active_agents().filter(teams=team))


def _take_away(ticket: Ticket, why: str) -> tuple[list[Agent], str]:
    """The bell rings for the former assignee by itself; where nobody has it, the next one up hears of it."""
    assignee = ticket.assignee
    if assignee is None:
        return _told(ticket, EscalationAction.NOTIFY_LEAD)
    changes.assign(ticket, agent=None, reason=why, actor=_ESCALATION)
    ticket.refresh_from_db()
    return [assignee], EscalationAction.UNASSIGN.value


def _give_to_lead(ticket: Ticket, why: str) -> tuple[list[Agent], str]:
    """The bell rings for the new assignee by itself, a lead who has it already is told; who cannot take it sends the
    step further up."""
    leads = _people(ticket, EscalationAction.NOTIFY_LEAD)
    if not leads:
        return _told(ticket, EscalationAction.NOTIFY_MANAGERS)
    if ticket.assignee == leads[0]:
        return leads, EscalationAction.NOTIFY_LEAD.value
    try:
        with unit_of_work():
            changes.assign(ticket, agent=leads[0], reason=why, actor=_ESCALATION)
    except HelpdeskError:
        return _told(ticket, EscalationAction.NOTIFY_MANAGERS)
    ticket.refresh_from_db()
    return leads, EscalationAction.ASSIGN_LEAD.value


def _raise(ticket: Ticket) -> list[Agent]:
    order = list(Priority.values)
    higher = order[min(order.index(ticket.priority) + 1, len(order) - 1)]
    changes.set_priority(ticket, priority=higher, actor=_ESCALATION)
    ticket.refresh_from_db()
    return _told(ticket, EscalationAction.NOTIFY_ASSIGNEE)[0]
