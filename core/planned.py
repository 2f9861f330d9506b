"""Statements that a process sends again and again: PostgreSQL plans them once per connection, not at every call.

For the long statements of the hot path planning takes several times as long as running. A text is prepared in the
server the first time that it is sent; what cannot be prepared is sent as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg2
from django.db import connection

# Texts may vary (the conditions of policies are part of some); a connection does not collect them for ever.
MOST = 100
_MARK = re.compile(r"%(%|s)")
_WORD = re.compile(r"\w+")

# connection of the driver -> text -> the call that stands for it
_calls: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


class Planned(str):
    """The text of such a statement. Its parameters say their types where the context does not (`%s::bigint`)."""

    __slots__ = ()


def calls_for(texts: Iterable[str]) -> dict[str, str]:
    """For each of the texts the call that the server knows on this connection; the others stay what they are."""
    wanted = [text for text in texts if isinstance(text, Planned)]
    if not wanted:
        return {}
    connection.ensure_connection()
    known = _calls.setdefault(connection.connection, {})
    missing = [text for text in dict.fromkeys(wanted) if text not in known]
    if missing:
        _prepare(missing, known)
    return known


def _prepare(texts: Sequence[str], known: dict[str, str]) -> None:
    """Past the query log and its counts: it is no trip that the next call makes."""
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        if len(known) + len(texts) > MOST:
            known.clear()
            cursor.execute("DEALLOCATE ALL")
        for text in texts:
            name = _name(text, len(known))
            known[text] = _call(name, text) if _is_prepared(cursor, name, text) else text


def _is_prepared(cursor: Any, name: str, text: str) -> bool:
    is_inside = connection.in_atomic_block
    if is_inside:
        cursor.execute("SAVEPOINT planning")
    try:
        cursor.execute(f"PREPARE {name} AS {_numbered(text)}")
    except psycopg2.ProgrammingError:
        if is_inside:
            cursor.execute("ROLLBACK TO SAVEPOINT planning")
        return False
    if is_inside:
        cursor.execute("RELEASE SAVEPOINT planning")
    return True


def _name(text: str, number: int) -> str:
    """Tells people who read the server's log what it was."""
    beginning = "_".join(_WORD.findall(text)[:3]).lower()
    return f"{beginning[:40]}_{number}"


def _numbered(text: str) -> str:
    """With $1, $2 in place of %s; no parameters go along, so a doubled % is a single one here."""
    count = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal count
        if found[1] == "%":
            return "%"
        count += 1
        return f"${count}"

    return _MARK.sub(mark, text)


def _call(name: str, text: str) -> str:
    marks = ", ".join("%s" for found in _MARK.finditer(text) if found[1] == "s")
    return f"EXECUTE {name} ({marks})" if marks else f"EXECUTE {name}"
