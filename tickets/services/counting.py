"""Keeps the counters short: folds their deltas into one row per key."""

from __future__ import annotations

from core.db import run
from core.events.bus import unit_of_work

# Readers see either all deltas or their sum: the fold is one statement.
_FOLD = """
WITH gone AS (DELETE FROM tickets_ticketcount RETURNING inbox_id, team_id, assignee_id, status, is_snoozed, n)
INSERT INTO tickets_ticketcount (inbox_id, team_id, assignee_id, status, is_snoozed, n)
SELECT inbox_id, team_id, assignee_id, status, is_snoozed, sum(n) FROM gone
GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0
"""


def squash_counts() -> None:
    """Safe beside writers: rows that appear meanwhile are folded next time."""
    with unit_of_work():
        run([("SELECT pg_advisory_xact_lock(hashtext('squash_counts'))", []), (_FOLD, [])])
