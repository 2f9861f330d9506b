"""Search in two guarded steps: exact tokens first, then words, newest first, each with a hard bound.

Words: a small window of the newest messages tells how common they are. Common words fill the page from it, rarer ones
get a wider window, rare ones are probed in the index as a materialised step. One statement with both an index
condition and ORDER BY would let the planner walk the whole table for a rare word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Q, QuerySet

from people.models import Agent, Identity
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to

WINDOWS = (2_000, 20_000)
SUBJECT_WINDOW = 5_000
PROBE = 400
# How many rows with all words of a phrase are looked at for the phrase itself.
PHRASE_CANDIDATES = 3_000
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
        found += _by_subject(visible, query, size)
        if contact_ids:
            found += visible.filter(Q(contact_id__in=contact_ids)).order_by("-last_message_at", "-id")[:size]
    return found


def _by_subject(visible: QuerySet[Ticket], query: str, size: int) -> list[Ticket]:
    """Common parts of subjects are found among the newest tickets, rare ones by the trigram index."""
    matching = visible.filter(subject__icontains=query)
    newest_id: int = Ticket.objects.aggregate(newest=Max("pk"))["newest"] or 0
    found = list(matching.filter(pk__gt=newest_id - SUBJECT_WINDOW).order_by("-pk")[:size])
    if len(found) < size:
        found += sorted(matching[:PROBE], key=lambda ticket: -ticket.pk)[:size]
    return found


def _add_words(agent: Agent, query: str, hits: dict[int, Hit], size: int) -> None:
    rows = _matches(query, size)
    ticket_ids = list(dict.fromkeys(row[1] for row in rows if row[1] not in hits))[: size * 20]
    visible = tickets_visible_to(agent).select_related("contact", "assignee", "team", "inbox").in_bulk(ticket_ids)
    for message_id, ticket_id, text in rows:
        if ticket_id in visible and ticket_id not in hits and len(hits) < size:
            hits[ticket_id] = Hit(visible[ticket_id], text, message_id)


def _matches(query: str, size: int) -> list[tuple[int, int, str]]:
    rows: list[tuple[int, int, str]] = []
    for window in WINDOWS:
        rows = _newest_matches(query, window, size * 5)
        if not rows or len(rows) >= size:
            break  # nothing in a window: too rare for a wider one
    return rows if len(rows) >= size else rows + _probed_matches(query, PROBE)


def _newest_matches(query: str, window: int, limit: int) -> list[tuple[int, int, str]]:
    sql = """
        SELECT id, ticket_id, left(text, 200) FROM tickets_message
        WHERE id > (SELECT max(id) - %s FROM tickets_message)
          AND search @@ websearch_to_tsquery('english', %s) AND delivery <> 'retracted'
        ORDER BY id DESC LIMIT %s"""
    return _fetch(sql, [window, query, limit])


def _probed_matches(query: str, limit: int) -> list[tuple[int, int, str]]:
    """The index knows words, not their order: a phrase is checked on a bounded number of rows that have its words."""
    words = query.replace('"', " ") if '"' in query else query
    candidates = PHRASE_CANDIDATES if '"' in query else limit
    sql = """
        WITH found AS MATERIALIZED (
            SELECT id FROM tickets_message
            WHERE search @@ websearch_to_tsquery('english', %s) AND delivery <> 'retracted' LIMIT %s
        )
        SELECT m.id, m.ticket_id, left(m.text, 200) FROM found JOIN tickets_message m USING (id)
        WHERE m.search @@ websearch_to_tsquery('english', %s)
        ORDER BY m.id DESC LIMIT 200"""
    return _fetch(sql, [words, candidates, query])


def _fetch(sql: str, params: list[int | str]) -> list[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
