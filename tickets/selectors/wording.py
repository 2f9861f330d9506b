"""Reusable words that an agent may use: tags and canned responses."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from people.models import Agent
from tickets.models import CannedResponse, Tag
from tickets.selectors.access import tickets_visible_to

# A tag may tell what a private ticket is about, so tags follow the tickets that carry them.
NEWEST_TAGGED = 2_000


def known_tags(agent: Agent) -> list[str]:
    """All that were ever used; for who does not see all tickets, those of the newest ones that they see."""
    names = Tag.objects.values_list("name", flat=True)
    if not agent.sees_everything:
        newest = tickets_visible_to(agent).exclude(tags=[]).order_by("-id").values("tags")[:NEWEST_TAGGED]
        names = names.filter(name__in={tag for row in newest for tag in row["tags"]})
    return list(names[:500])


def canned_responses(agent: Agent) -> QuerySet[CannedResponse]:
    """Everybody's and the agent's own."""
    return CannedResponse.objects.filter(Q(owner__isnull=True) | Q(owner=agent))
