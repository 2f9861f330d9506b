"""The filters of lists: a closed set of keys that views, URLs, reports and the API share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware

from core.errors import Invalid
from people.models import Agent
from tickets import conditions
from tickets.models import Priority, Status, Ticket
from tickets.models.ticket import IS_AWAKE, IS_OPEN

# sort name -> keyset order; each has its indexes on the ticket.
SORTS = {"recent": "-last_message_at", "due": "sla_due_at", "created": "-created_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """None means "any". `state` is awake (open and not snoozed), open, snoozed, done, spam or any."""

    state: str = "awake"
    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    assignee: str = ""  # "me", "none" or an id
    team: str = ""  # "mine", "none" or an id
    inbox: str = ""
    channel: str = ""
    tag: str = ""
    contact: str = ""
    follows: bool = False
    breached: bool = False
    created_after: str = ""
    created_before: str = ""
    resolved_after: str = ""
    resolved_before: str = ""
    where: str = ""  # conditions (tickets/conditions) as JSON, beyond what the keys above say

    def as_dict(self) -> dict[str, Any]:
        """Only what differs from the default: the form that URLs and saved views hold."""
        plain = asdict(Filters())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}


STATES: dict[str, Q] = {
    "awake": IS_AWAKE,
    "open": IS_OPEN,
    "snoozed": IS_OPEN & Q(snoozed_until__isnull=False),
    "done": Q(status__in=["resolved", "closed"]),
    "spam": Q(status="spam"),
    "any": Q(),
}


def filters_from(values: Mapping[str, Any]) -> Filters:
    """Filters from a URL or a saved view; unknown keys are ignored, wrong values raise Invalid at their field."""
    known = {item.name for item in fields(Filters)}
    clean: dict[str, Any] = {}
    for name in known & set(values):
        value = values[name]
        if name in ("status", "priority"):
            listed = value.split(",") if isinstance(value, str) else list(value)
            clean[name] = tuple(item for item in listed if item)
        elif name in ("breached", "follows"):
            clean[name] = str(value).lower() in ("1", "true", "yes", "on")
        elif name == "where" and not isinstance(value, str):
            clean[name] = json.dumps(value)
        else:
            clean[name] = str(value).replace("\x00", "")
    filters = Filters(**clean)
    _check(filters)
    return filters


def _check(filters: Filters) -> None:
    wrong: dict[str, str] = {}
    if filters.state not in STATES:
        wrong["state"] = f"Choose one of: {', '.join(STATES)}."
    if set(filters.status) - set(Status.values):
        wrong["status"] = f"Choose among: {', '.join(Status.values)}."
    if set(filters.priority) - set(Priority.values):
        wrong["priority"] = f"Choose among: {', '.join(Priority.values)}."
    for name in ("assignee", "team", "inbox", "contact"):
        value = getattr(filters, name)
        if value and value not in ("me", "mine", "none") and not (value.isdecimal() and len(value) <= 18):
            wrong[name] = "Give an id, me, mine or none."
    for name in ("created_after", "created_before", "resolved_after", "resolved_before"):
        if getattr(filters, name) and _moment(getattr(filters, name)) is None:
            wrong[name] = "Give a date like 2026-01-31."
    if filters.where:
        wrong |= _wrong_conditions(filters.where)
    if wrong:
        raise Invalid("This filter cannot be used.", fields=wrong)


def _wrong_conditions(text: str) -> dict[str, str]:
    try:
        conditions.checked(json.loads(text), listing=True)
    except (ValueError, RecursionError):
        return {"where": "Give conditions as JSON."}
    except Invalid as problem:
        return {"where": problem.message}
    return {}


def apply(tickets: QuerySet[Ticket], filters: Filters, *, agent: Agent) -> QuerySet[Ticket]:
    """Narrow what the agent may see."""
    state = "any" if filters.status else filters.state
    where = STATES[state]
    if filters.status:
        where &= Q(status__in=filters.status)
    if filters.priority:
        where &= Q(priority__in=filters.priority)
    where &= _person(filters, agent) & _times(filters)
    if filters.inbox:
        where &= Q(inbox_id=int(filters.inbox))
    if filters.channel:
        where &= Q(channel=filters.channel)
    if filters.tag:
        where &= Q(tags__contains=[filters.tag])
    if filters.contact:
        where &= Q(contact_id=int(filters.contact))
    if filters.breached:
        where &= Q(sla_breached=True)
    if filters.follows:
        where &= Q(followers__agent=agent)
    if filters.where:
        where &= conditions.where(conditions.for_viewer(json.loads(filters.where), agent))
    return tickets.filter(where)


def _person(filters: Filters, agent: Agent) -> Q:
    where = Q()
    if filters.assignee == "none":
        where &= Q(assignee__isnull=True)
    elif filters.assignee:
        where &= Q(assignee_id=agent.pk if filters.assignee == "me" else int(filters.assignee))
    if filters.team == "none":
        where &= Q(team__isnull=True)
    elif filters.team == "mine":
        where &= Q(team__in=agent.teams.values("pk"))
    elif filters.team:
        where &= Q(team_id=int(filters.team))
    return where


def _times(filters: Filters) -> Q:
    where = Q()
    for name, lookup in (
        ("created_after", "created_at__gte"),
        ("created_before", "created_at__lt"),
        ("resolved_after", "resolved_at__gte"),
        ("resolved_before", "resolved_at__lt"),
    ):
        value = getattr(filters, name)
        if value:
            where &= Q(**{lookup: _moment(value)})
    return where


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        return None
    if moment is None and day is not None:
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    if moment is None:
        return None
    return make_aware(moment) if is_naive(moment) else moment
