"""The agent has seen it: lines of the bell become read, and in the end they and their words are forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.clock import now
from core.events.bus import publish, unit_of_work
from core.events.catalogue import NotificationsAdded
from notifications.models import Notification, NotificationKind
from people.models import Agent
from tickets.selectors.links import whereabouts

KEPT_FOR = timedelta(days=90)


def mark_read(agent: Agent, *, ids: Sequence[int] | None = None, ticket_id: int | None = None) -> int:
    """Mark some, those of one ticket, or all as read; the agent's other screens follow."""
    unread = Notification.objects.filter(agent=agent, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    if ticket_id is not None:
        unread = unread.filter(ticket_id=ticket_id)
    with unit_of_work():
        changed = unread.update(read_at=now())
        if changed:
            publish(NotificationsAdded(agent_ids=(agent.pk,)))
    return changed


def forget_old(*, limit: int = 5000) -> int:
    """Delete what is older than anybody scrolls, some at a time."""
    old = Notification.objects.filter(at__lt=now() - KEPT_FOR).order_by("id").values("pk")[:limit]
    deleted, _ = Notification.objects.filter(pk__in=old).delete()
    return deleted


def forget_words(message_id: int) -> None:
    """The words of a removed message; which line of its tickets repeats them is not kept."""
    of_words = Notification.objects.filter(kind__in=[NotificationKind.REPLY, NotificationKind.ASIDE])
    of_words.filter(ticket_id__in=whereabouts(message_id)).update(text="")
