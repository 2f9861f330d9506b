"""What time rules wait for: each wait has its words, and SQL for the moment since when a ticket has been waiting.

The moment is the wait's episode: while it stays the same it is the same wait, and a rule acts once on it.
"""

from __future__ import annotations

from dataclasses import dataclass

_OPEN = "t.status IN ('open', 'pending', 'on_hold')"
# Nobody can answer what has not arrived: then it is our turn.
_LAST_ANSWER = """(SELECT CASE WHEN m.delivery <> 'failed' THEN m.created_at END FROM tickets_message m
    WHERE m.ticket_id = t.id AND m.kind = 'reply' AND m.direction = 'out' AND NOT m.is_automatic
        AND m.delivery <> 'retracted'
    ORDER BY m.created_at DESC, m.id DESC LIMIT 1)"""


@dataclass(frozen=True, slots=True)
class Wait:
    """`since` is SQL over ticket `t`; NULL means that the ticket does not wait like this."""

    key: str
    label: str
    since: str


def _in_status(status: str) -> str:
    return f"CASE WHEN t.status = '{status}' THEN t.status_since END"


def _when(condition: str, moment: str) -> str:
    return f"CASE WHEN {condition} THEN {moment} END"


_ALL = (
    Wait("pending", "a ticket has been pending", _in_status("pending")),
    Wait("on_hold", "a ticket has been on hold", _in_status("on_hold")),
    Wait("open", "a ticket has been open without another status", _in_status("open")),
    Wait("resolved", "a ticket has been resolved", _in_status("resolved")),
    Wait("waiting", "the customer has waited for an answer", _when(_OPEN, "t.waiting_since")),
    Wait(
        "unanswered",
        "the customer has not answered our reply",
        _when(
            f"{_OPEN} AND t.waiting_since IS NULL AND {_LAST_ANSWER} > coalesce(t.last_inbound_at, '-infinity')",
            _LAST_ANSWER,
        ),
    ),
    Wait("quiet", "nobody has written", _when(_OPEN, "t.last_message_at")),
    Wait("unassigned", "nobody has owned the ticket", _when(f"{_OPEN} AND t.assignee_id IS NULL", "t.assignee_since")),
    Wait("opened", "a ticket has existed, still not resolved,", _when(_OPEN, "t.created_at")),
)

WAITS: dict[str, Wait] = {wait.key: wait for wait in _ALL}

# The moment for the wait of rule r and ticket t, and when that rule is due for it.
SINCE_SQL = "CASE r.wait " + " ".join(f"WHEN '{wait.key}' THEN {wait.since}" for wait in _ALL) + " END"
DUE_SQL = "sla_due_at(CASE WHEN r.during = 'inside' THEN r.hours_id END, {since}, r.wait_seconds)"

UNITS = {"minutes": 60, "hours": 3600, "days": 86400}


def duration_in_words(seconds: int) -> str:
    """3 days, 1 hour, 90 minutes: the largest unit that fits without a rest."""
    for unit, size in reversed(UNITS.items()):
        if seconds and seconds % size == 0:
            count = seconds // size
            return f"{count} {unit if count != 1 else unit[:-1]}"
    return f"{seconds} seconds"
