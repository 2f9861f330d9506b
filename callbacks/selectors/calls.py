"""Callbacks as people may see them: through the one door of tickets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from callbacks.models import Callback
from callbacks.models.callback import TO_DO
from core.errors import NotFound
from people.models import Agent
from tickets.models import Ticket, TicketEvent
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.links import with_merged

_SHOWN = 10


def callbacks_visible_to(agent: Agent) -> QuerySet[Callback]:
    """Those of the tickets that the agent may see."""
    found = Callback.objects.filter(ticket__in=tickets_visible_to(agent))
    return found.select_related("ticket", "contact", "assignee", "team")


def callback_for(agent: Agent, callback_id: int) -> Callback:
    found = callbacks_visible_to(agent).filter(pk=callback_id).first()
    if found is None:
        raise NotFound("There is no such callback.")
    return found


def callbacks_of(ticket: Ticket) -> list[Callback]:
    """Of one ticket that the viewer may see already, and of those that were merged into it, whose promises stay
    theirs: what is to do first, then the newest."""
    found = Callback.objects.filter(ticket__in=with_merged(ticket).values("pk")).select_related("assignee")
    rows = list(found.order_by("-starts_at", "-id")[: 2 * _SHOWN])
    return sorted(rows, key=lambda row: not row.is_to_do)[:_SHOWN]


def booked_by(identity_ids: Iterable[int]) -> QuerySet[Callback]:
    """What customers booked themselves under these identities and what is still to be made, the earliest first."""
    found = Callback.objects.filter(identity__in=list(identity_ids), state__in=TO_DO)
    return found.select_related("ticket", "contact", "identity").order_by("starts_at", "id")


def booked_for_number(phone: str) -> QuerySet[Callback]:
    """What customers, whoever they are, booked for this number and is still to be made."""
    return Callback.objects.filter(phone=phone, identity__isnull=False, state__in=TO_DO)


def is_settled_by_customer(callback: Callback) -> bool:
    """They moved it or called it off themselves. Asked for the few that customers booked."""
    if callback.identity_id is None or callback.settled_event_id is None:
        return False
    return TicketEvent.objects.filter(pk=callback.settled_event_id, actor_kind="contact").exists()


def mine(agent: Agent) -> Q:
    """Promised in this agent's name, or open to the teams that they are in."""
    teams = list(agent.teams.values_list("pk", flat=True))
    return Q(assignee=agent) | Q(assignee__isnull=True, team__in=teams)


def of_teams(agent: Agent) -> Q:
    """Of the agent's teams, whoever is to call."""
    teams = list(agent.teams.values_list("pk", flat=True))
    return Q(team__in=teams) | Q(assignee=agent)


def to_do(agent: Agent, *, until: datetime) -> QuerySet[Callback]:
    """What is still to be called until then, late ones first."""
    return callbacks_visible_to(agent).filter(state__in=TO_DO, starts_at__lt=until).order_by("starts_at", "id")


def settled(agent: Agent, *, since: datetime) -> QuerySet[Callback]:
    """What is no longer to be called since then, because somebody called or because it was moved or called off."""
    found = callbacks_visible_to(agent).exclude(state__in=TO_DO).filter(settled_at__gte=since)
    return found.order_by("-settled_at", "-id")
