"""Who is told when the desk itself needs a hand: managers and admins, by one unread line for each matter."""

from __future__ import annotations

from core.clock import now
from core.db import Statement
from notifications.models import NotificationKind
from notifications.services.telling import MAX_TEXT
from people.models import Role

_SQL = """
    INSERT INTO notifications_notification (agent_id, kind, about, ticket_id, text, at)
    SELECT id, %s, %s, %s, %s, %s FROM people_agent WHERE is_active AND role = ANY(%s)
    ON CONFLICT DO NOTHING"""


def about_inbox(inbox_id: int) -> str:
    return f"inbox:{inbox_id}"


def about_problems(inbox_id: int) -> str:
    return f"problems:{inbox_id}"


def about_rules() -> str:
    return "rules"


def about_webhook(endpoint_id: int) -> str:
    return f"webhook:{endpoint_id}"


def tell_managers(kind: NotificationKind, *, about: str, text: str = "", ticket_id: int | None = None) -> Statement:
    """Whoever has an unread line about the same matter knows already."""
    roles = [Role.ADMIN.value, Role.MANAGER.value]
    return _SQL, [kind.value, about, ticket_id, text[:MAX_TEXT], now(), roles]
