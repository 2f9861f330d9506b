"""The promises that fall due next: live, and each one a ticket to open."""

from __future__ import annotations

from django.db.models import QuerySet

from core.clock import NEVER, now
from people.models import Agent
from tickets.models import OPEN_STATUSES, Ticket
from tickets.selectors.access import tickets_visible_to

MOST = 10


def due_next(viewer: Agent) -> QuerySet[Ticket]:
    """Of what the viewer may see, the next tickets whose deadline is still ahead."""
    found = tickets_visible_to(viewer).filter(
        status__in=OPEN_STATUSES, snoozed_until__isnull=True, sla_due_at__gt=now(), sla_due_at__lt=NEVER
    )
    return found.select_related("contact", "assignee", "team").order_by("sla_due_at", "id")[:MOST]
