"""The bell of one agent: how many lines are unread, and the newest ones."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from notifications.models import Notification
from people.models import Agent
from people.policy import may
from tickets.selectors.access import tickets_visible_to

SHOWN = 20
COUNTED = 100


@dataclass(frozen=True, slots=True)
class Bell:
    """`unread` stops at 100: the bell shows "99+" then."""

    unread: int
    notifications: list[Notification]


def bell_of(agent: Agent, *, shown: int = SHOWN) -> Bell:
    """Two queries; lines about tickets that the agent may not see, or a desk that is not theirs, are left out."""
    newest = _lines(agent).select_related("ticket").order_by("-id")[:shown]
    return Bell(unread_count(agent), list(newest))


def unread_count(agent: Agent) -> int:
    return _lines(agent).filter(read_at=None)[:COUNTED].count()


def _lines(agent: Agent) -> QuerySet[Notification]:
    of_tickets = Q(ticket__in=tickets_visible_to(agent), about="")
    of_the_desk = ~Q(about="") if may(agent, "manage_desk") else Q(pk__in=[])
    return Notification.objects.filter(of_tickets | of_the_desk, agent=agent)
