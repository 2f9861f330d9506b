"""Changes of a ticket's own columns: one verb each, one event each, nothing when nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.clock import now
from core.errors import Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import (
    Actor,
    PriorityChanged,
    StatusChanged,
    SubjectChanged,
    TeamAssigned,
    TicketAssigned,
    TicketSnoozed,
    TicketTagged,
    TicketWoken,
)
from people.models import Agent, Team
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import OPEN_STATUSES, Priority, Status, Tag, Ticket, TicketEvent
from tickets.selectors.access import agents_who_see
from tickets.services.journal import locked, record, refuse_merged
from tickets.services.summaries import waiting_since
from tickets.tags import normal_tag as normal_tag

MAX_TAGS = 30
LONGEST_SNOOZE = timedelta(days=3653)
# So soon, whoever ended a ticket and puts it back as it was has taken the click back.
TAKEN_BACK_WITHIN = timedelta(minutes=5)


def assign(ticket: Ticket, *, agent: Agent | None, reason: str = "", actor: Actor) -> Ticket:
    """Give the ticket to an agent, or to nobody. The agent must be able to see it and to answer."""
    with unit_of_work():
        fresh = _editable(ticket, actor)
        after = agent.pk if agent else None
        if fresh.assignee_id == after:
            return fresh
        refuse_merged(fresh)
        if agent:
            require(agent, "reply")
            if not agents_who_see(fresh).filter(pk=agent.pk).exists():
                raise NotAllowed(f"{agent.name} may not see this ticket; change its team first.")
        event = TicketAssigned(before=fresh.assignee_id, after=after, reason=reason)
        record(fresh, event, actor=actor, columns={"assignee_id": after})
    return fresh


def take_if_unassigned(ticket: Ticket, *, agent: Agent, actor: Actor) -> None:
    """Whoever answers a ticket that nobody owns owns it. `ticket` must be locked."""
    if ticket.assignee_id is None and ticket.is_open:
        event = TicketAssigned(before=None, after=agent.pk, reason="Answered it first")
        record(ticket, event, actor=actor, columns={"assignee_id": agent.pk})


def assign_team(ticket: Ticket, *, team: Team | None, reason: str = "", actor: Actor) -> Ticket:
    """Move the ticket to a team; an assignee who may no longer see it loses it."""
    with unit_of_work():
        fresh = _editable(ticket, actor)
        after = team.pk if team else None
        if fresh.team_id == after:
            return fresh
        refuse_merged(fresh)
        event = TeamAssigned(before=fresh.team_id, after=after, reason=reason)
        record(fresh, event, actor=actor, columns={"team_id": after})
        _drop_outsider(fresh, team, actor)
    return fresh


def _drop_outsider(ticket: Ticket, team: Team | None, actor: Actor) -> None:
    if ticket.assignee_id is None or team is None or not team.is_private:
        return
    assignee = Agent.objects.get(pk=ticket.assignee_id)
    if assignee.sees_everything or team.members.filter(pk=assignee.pk).exists():
        return
    event = TicketAssigned(before=assignee.pk, after=None, reason=f"Not in {team.name}")
    record(ticket, event, actor=actor, columns={"assignee_id": None})


def set_status(ticket: Ticket, *, status: str, actor: Actor) -> Ticket:
    """Move to any status. Resolving stamps the time, opening again clears it, and a snooze ends with the open life.

    Where an end is taken back, or was no spam after all, the customer who waited waits on.
    """
    if status not in Status.values:
        raise Invalid("Unknown status.", fields={"status": f"Choose one of: {', '.join(Status.values)}."})
    with unit_of_work():
        fresh = _editable(ticket, actor)
        if fresh.status == status:
            return fresh
        refuse_merged(fresh)
        columns, undoes = _status_columns(fresh, status), _taken_back(fresh, status, actor)
        if undoes or (fresh.status == Status.SPAM and status in OPEN_STATUSES):
            columns["waiting_since"] = waiting_since(fresh.pk)
        event = StatusChanged(before=fresh.status, after=status, undoes=undoes)
        record(fresh, event, actor=actor, columns=columns)
    return fresh


def _taken_back(ticket: Ticket, status: str, actor: Actor) -> int | None:
    """The event of the change that this one takes back: the agent's own, of a moment ago, from the same status."""
    if ticket.is_open or status not in OPEN_STATUSES or actor.kind != "agent":
        return None
    last = TicketEvent.objects.filter(ticket=ticket, kind=StatusChanged.key()).order_by("-seq").first()
    if last is None or last.at < now() - TAKEN_BACK_WITHIN or (last.actor_kind, last.actor_id) != ("agent", actor.id):
        return None
    return last.pk if (last.data["before"], last.data["after"]) == (status, ticket.status) else None


def _status_columns(ticket: Ticket, status: str) -> dict[str, Any]:
    at = now()
    columns: dict[str, Any] = {"status": status}
    if status == Status.RESOLVED:
        columns |= {"resolved_at": at, "closed_at": None, "waiting_since": None, "snoozed_until": None}
    elif status == Status.CLOSED:
        columns |= {"resolved_at": ticket.resolved_at or at, "closed_at": at, "snoozed_until": None}
        columns["waiting_since"] = None
    elif status == Status.SPAM:
        columns |= {"waiting_since": None, "snoozed_until": None}
    else:
        columns |= {"resolved_at": None, "closed_at": None}
    return columns


def set_priority(ticket: Ticket, *, priority: str, actor: Actor) -> Ticket:
    if priority not in Priority.values:
        raise Invalid("Unknown priority.", fields={"priority": f"Choose one of: {', '.join(Priority.values)}."})
    with unit_of_work():
        fresh = _editable(ticket, actor)
        if fresh.priority == priority:
            return fresh
        refuse_merged(fresh)
        event = PriorityChanged(before=fresh.priority, after=priority)
        record(fresh, event, actor=actor, columns={"priority": priority})
    return fresh


def set_subject(ticket: Ticket, *, subject: str, actor: Actor) -> Ticket:
    subject = " ".join(subject.replace("\x00", "").split())[:500]
    if not subject:
        raise Invalid("A subject is needed.", fields={"subject": "Enter a subject."})
    with unit_of_work():
        fresh = _editable(ticket, actor)
        if fresh.subject == subject:
            return fresh
        event = SubjectChanged(before=fresh.subject, after=subject)
        record(fresh, event, actor=actor, columns={"subject": subject})
    return fresh


def add_tags(ticket: Ticket, *, tags: Iterable[str], actor: Actor) -> Ticket:
    wanted = [tag for tag in dict.fromkeys(normal_tag(item) for item in tags) if tag]
    with unit_of_work():
        fresh = _editable(ticket, actor)
        added = tuple(tag for tag in wanted if tag not in fresh.tags)
        if not added:
            return fresh
        if len(fresh.tags) + len(added) > MAX_TAGS:
            raise Invalid("Too many tags.", fields={"tags": f"At most {MAX_TAGS} tags on a ticket."})
        Tag.objects.bulk_create([Tag(name=tag) for tag in added], ignore_conflicts=True)
        record(fresh, TicketTagged(added=added), actor=actor, columns={"tags": [*fresh.tags, *added]})
    return fresh


def remove_tags(ticket: Ticket, *, tags: Iterable[str], actor: Actor) -> Ticket:
    with unit_of_work():
        fresh = _editable(ticket, actor)
        unwanted = {normal_tag(item) for item in tags}
        removed = tuple(tag for tag in fresh.tags if tag in unwanted)
        if not removed:
            return fresh
        kept = [tag for tag in fresh.tags if tag not in unwanted]
        record(fresh, TicketTagged(removed=removed), actor=actor, columns={"tags": kept})
    return fresh


def snooze(ticket: Ticket, *, until: datetime, actor: Actor) -> Ticket:
    """Put an open ticket away until a moment; it comes back by itself, or when the customer writes."""
    at = now()
    if until <= at:
        raise Invalid("Choose a time in the future.", fields={"until": "Choose a time in the future."})
    if until > at + LONGEST_SNOOZE:
        raise Invalid("This is too far ahead.", fields={"until": "At most ten years ahead."})
    with unit_of_work():
        fresh = _editable(ticket, actor)
        refuse_merged(fresh)
        if not fresh.is_open:
            raise Invalid("Only open tickets can be snoozed.", fields={"until": "Reopen the ticket first."})
        record(fresh, TicketSnoozed(until=until.isoformat()), actor=actor, columns={"snoozed_until": until})
    return fresh


def wake(ticket: Ticket, *, why: str, actor: Actor) -> Ticket:
    with unit_of_work():
        fresh = _editable(ticket, actor)
        if fresh.snoozed_until is None:
            return fresh
        record(fresh, TicketWoken(why=why), actor=actor, columns={"snoozed_until": None})
    return fresh


def _editable(ticket: Ticket, actor: Actor) -> Ticket:
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
    return locked(ticket)
