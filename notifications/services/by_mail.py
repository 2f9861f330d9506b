"""Mails the bell's lines to agents who are not at the desk and want that. Claimed first: told once at most."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.clock import now
from core.db import run
from notifications.models import Notification, NotificationKind
from people.models import Agent
from people.selectors.agents import ONLINE_WITHIN
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to

logger = logging.getLogger(__name__)

# Whoever sits at the desk sees the bell itself; old news is no news.
WAIT = timedelta(seconds=60)
NEWS_FOR = timedelta(hours=12)
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    agent: Agent
    ticket: Ticket
    title: str
    text: str


Sender = Callable[[Notice], None]
_sender: Sender | None = None


def provide(sender: Sender) -> None:
    """The wiring hands in who can send mail: channels and notifications are strangers."""
    global _sender
    _sender = sender


def mail_the_away() -> int:
    """Mail what is due; returns how many left."""
    if _sender is None or not Agent.objects.filter(is_active=True, mails_when_away=True).exists():
        return 0
    return sum(_mail(pk) for (pk,) in _claimed())


def _claimed() -> list[tuple[int]]:
    sql = """
        UPDATE notifications_notification SET mailed_at = now() WHERE id IN (
            SELECT n.id FROM notifications_notification n JOIN people_agent a ON a.id = n.agent_id
            WHERE a.is_active AND a.mails_when_away AND (a.last_seen_at IS NULL OR a.last_seen_at < %s)
                AND n.read_at IS NULL AND n.mailed_at IS NULL AND n.ticket_id IS NOT NULL AND n.at BETWEEN %s AND %s
            ORDER BY n.id LIMIT %s FOR UPDATE OF n SKIP LOCKED
        ) RETURNING id"""
    at = now()
    return run([(sql, [at - ONLINE_WITHIN, at - NEWS_FOR, at - WAIT, MOST_AT_ONCE])])


def _mail(notification_id: int) -> int:
    """A mail that cannot leave is a lost hint: the bell still holds the line."""
    assert _sender is not None
    row = Notification.objects.select_related("agent").get(pk=notification_id)
    # Rights may have changed since the bell rang.
    ticket = tickets_visible_to(row.agent).select_related("inbox", "contact").filter(pk=row.ticket_id or 0).first()
    if ticket is None:
        return 0
    title = NotificationKind(row.kind).label
    try:
        _sender(Notice(agent=row.agent, ticket=ticket, title=title, text=row.text))
    except Exception:
        logger.exception("A notice could not be mailed", extra={"notification": notification_id})
        return 0
    return 1
