"""Mails the bell's lines to agents who are not at the desk and want that, one mail for a ticket. Claimed first: told
once at most."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
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
    of_tickets: dict[tuple[int, int], list[int]] = {}
    for pk, agent_id, ticket_id in _claimed():
        of_tickets.setdefault((agent_id, ticket_id), []).append(pk)
    return sum(_mail(ids) for ids in of_tickets.values())


def _claimed() -> list[tuple[int, int, int]]:
    sql = """
        UPDATE notifications_notification SET mailed_at = now() WHERE id IN (
            SELECT n.id FROM notifications_notification n JOIN people_agent a ON a.id = n.agent_id
            WHERE a.is_active AND a.mails_when_away AND (a.last_seen_at IS NULL OR a.last_seen_at < %s)
                AND n.read_at IS NULL AND n.mailed_at IS NULL AND n.ticket_id IS NOT NULL AND n.at BETWEEN %s AND %s
            ORDER BY n.id LIMIT %s FOR UPDATE OF n SKIP LOCKED
        ) RETURNING id, agent_id, ticket_id"""
    at = now()
    return run([(sql, [at - ONLINE_WITHIN, at - NEWS_FOR, at - WAIT, MOST_AT_ONCE])])


def _mail(ids: Sequence[int]) -> int:
    """One mail for what happened on a ticket meanwhile. A mail that cannot leave is a lost hint: the bell still holds
    the lines."""
    assert _sender is not None
    rows = list(Notification.objects.select_related("agent").filter(pk__in=ids).order_by("id"))
    if not rows:
        return 0
    newest = rows[-1]
    # Rights may have changed since the bell rang.
    visible = tickets_visible_to(newest.agent).select_related("inbox", "contact")
    ticket = visible.filter(pk=newest.ticket_id or 0).first()
    if ticket is None:
        return 0
    title = NotificationKind(newest.kind).label
    each = "".join(f"\n{NotificationKind(row.kind).label}: {row.text}" for row in rows)
    text = each if len(rows) > 1 else newest.text
    try:
        _sender(Notice(agent=newest.agent, ticket=ticket, title=title, text=text))
    except Exception:
        logger.exception("A notice could not be mailed", extra={"notification": newest.pk})
        return 0
    return 1
