"""Several statements in one round trip, and named advisory locks: what the hot path needs beyond the ORM."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core.planned import calls_for

Statement = tuple[str, Sequence[Any]]


def run(statements: Iterable[Statement]) -> list[tuple[Any, ...]]:
    """Send all statements in one round trip; return the rows of the last one ([] when it returns none).

    Inside a transaction every statement sees what the ones before it wrote.
    """
    listed = list(statements)
    if not listed:
        return []
    calls = calls_for(text for text, _ in listed)
    texts = [calls.get(text, text).strip().rstrip(";") for text, _ in listed]
    if calls and connection.in_atomic_block:
        # Planned for any parameters, once: what they are about is found by keys.
        texts.insert(0, "SET LOCAL plan_cache_mode TO force_generic_plan")
    sql = ";\n".join(texts)
    params = [param for _, given in listed for param in given]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


class _Deferred(threading.local):
    is_open = False

    def __init__(self) -> None:
        self.statements: list[Statement] = []


_deferred = _Deferred()


def defer(*statements: Statement) -> None:
    """Send the statements with all other deferred ones in one round trip, just before the unit of work commits.

    For *within* handlers that only write and need no answer. Outside a unit of work they run at once.
    """
    if not _deferred.is_open:
        run(statements)
        return
    _deferred.statements.extend(statements)


def defer_once(statement: Statement) -> None:
    """The same, unless the very same statement waits already: for those that look at how things stand at the end."""
    if not _deferred.is_open or statement not in _deferred.statements:
        defer(statement)


def flush() -> None:
    """Send what was deferred so far; the unit of work does it, others only when they must read the result."""
    statements, _deferred.statements = _deferred.statements, []
    if statements:
        run(statements)


def open_deferral() -> int:
    """Begin (or join) the deferral of a unit of work; the mark is for `drop_deferred`."""
    _deferred.is_open = True
    return len(_deferred.statements)


def drop_deferred(mark: int) -> None:
    """Forget what was deferred after the mark: its unit of work has been rolled back."""
    del _deferred.statements[mark:]


def close_deferral() -> None:
    _deferred.is_open = False
    _deferred.statements = []


def lock_key(*parts: object) -> int:
    """A signed 64-bit key for pg_advisory locks, from any parts."""
    digest = hashlib.blake2b("\x1f".join(str(part) for part in parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lock(*parts: object) -> Statement:
    """A statement that holds the named lock until the transaction ends."""
    return ("SELECT pg_advisory_xact_lock(%s)", [lock_key(*parts)])


def oldest_writer_began_at() -> datetime | None:
    """When the oldest transaction that has written and not ended yet began; None when there is none."""
    sql = """
        SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xid IS NOT NULL
            AND pid <> pg_backend_pid()"""
    began_at: datetime | None = run([(sql, [])])[0][0]
    return began_at


def require_transaction() -> None:
    """Fail at once when a writer is called outside a transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("This must run inside a transaction (use unit_of_work()).")
