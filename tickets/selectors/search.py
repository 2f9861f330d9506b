"""Search in two guarded steps: exact tokens first, then words, newest first, each with a hard bound.

Words: the newest messages are scanned by id; only if that finds too few, the index is probed as a materialised step.
One statement with both an index condition and ORDER BY would let the planner walk the whole table for a rare word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from people.models import Agent, Identity
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to

WINDOW = 20_000
PROBE = 2_000
MAX_QUERY = 200
_NUMBER = re.compile(r"#?(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Hit:
    ticket: Ticket
    snippet: str
    message_id: int | None = None


def search(agent: Agent, query: str, *, size: int = 20) -> list[Hit]:
    """The best `size` visible tickets: the number itself, then subjects and addresses, then words of messages."""
    query = " ".join(query.replace("\x00", "").split())[:MAX_QUERY]
    if len(query) < 2 and not query.isdecimal():
        return []
    hits: dict[int, Hit] = {}
    for ticket in _exact(agent, query, size):
        hits.setdefault(ticket.pk, Hit(ticket, ticket.snippet))
    if len(hits) < size:
        _add_words(agent, query, hits, size)
    return list(hits.values())[:size]


def _exact(agent: Agent, query: str, size: int) -> list[Ticket]:
    visible = tickets_visible_to(agent).select_related("contact", "assignee", "team", "inbox")
    found: list[Ticket] = []
    if match := _NUMBER.fullmatch(query):
        found += visible.filter(number=int(match.group(1)))
    if len(query) >= 3:
        contacts = Identity.objects.filter(value__icontains=query).values("contact_id")[:50]
        contact_ids = [row["contact_id"] for row in contacts]
        subject = visible.filter(subject__icontains=query)
        found += subject.order_by("-id")[:size]
        if contact_ids:
            found += visible.filter(Q(contact_id__in=contact_ids)).order_by("-last_message_at", "-id")[:size]
    return found


def _add_words(agent: Agent, query: str, hits: dict[int, Hit], size: int) -> None:
    rows = _newest_matches(query, size * 5)
    if len(rows) < size:
        rows += _probed_matches(query, PROBE)
    ticket_ids = list(dict.fromkeys(row[1] for row in rows if row[1] not in hits))[: size * 20]
    visible = tickets_visible_to(agent).select_related("contact", "assignee", "team", "inbox").in_bulk(ticket_ids)
    for message_id, ticket_id, text in rows:
        if ticket_id in visible and ticket_id not in hits and len(hits) < size:
            hits[ticket_id] = Hit(visible[ticket_id], text, message_id)


def _newest_matches(query: str, limit: int) -> list[tuple[int, int, str]]:
    sql = """
        SELECT id, ticket_id, left(text, 200) FROM tickets_message
        WHERE id > (SELECT max(id) - %s FROM tickets_message)
          AND search @@ websearch_to_tsquery('english', %s) AND delivery <> 'retracted'
        ORDER BY id DESC LIMIT %s"""
    return _fetch(sql, [WINDOW, query, limit])


def _probed_matches(query: str, limit: int) -> list[tuple[int, int, str]]:
    sql = """
        WITH found AS MATERIALIZED (
            SELECT id FROM tickets_message
            WHERE search @@ websearch_to_tsquery('english', %s) AND delivery <> 'retracted' LIMIT %s
        )
        SELECT m.id, m.ticket_id, left(m.text, 200) FROM found JOIN tickets_message m USING (id)
        ORDER BY m.id DESC LIMIT 200"""
    return _fetch(sql, [query, limit])


def _fetch(sql: str, params: list[int | str]) -> list[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
