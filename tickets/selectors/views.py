"""Saved views that an agent may use: their own, shared ones, and their teams'."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from people.models import Agent
from people.policy import may
from tickets.models import View


def saved_views(agent: Agent) -> QuerySet[View]:
    of_team = Q(team__isnull=True) | Q(team__members=agent)
    return View.objects.filter(Q(owner=agent) | (Q(owner__isnull=True) & of_team)).distinct()


def listed_views(agent: Agent) -> QuerySet[View]:
    """Those that the agent may use; whoever manages the desk also sees those of teams they are not in."""
    if not may(agent, "manage_desk"):
        return saved_views(agent)
    return View.objects.filter(Q(owner=agent) | Q(owner__isnull=True))


def saved_view(agent: Agent, view_id: int) -> View | None:
    return saved_views(agent).filter(pk=view_id).first()


def all_views() -> list[View]:
    """Everybody's, in the order in which they are listed; who may use which, the caller decides."""
    return list(View.objects.order_by("position", "name", "id"))
