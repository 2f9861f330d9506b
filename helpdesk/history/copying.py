"""Puts lives into the database by COPY, a batch in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import connection, transaction

from helpdesk.history.life import Life
from helpdesk.history.opinions import give_ids
from helpdesk.history.rows import TABLES, Row, Table, give_message_ids

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": ""})


def store(lives: Sequence[Life]) -> None:
    """Write the lives with all that belongs to them; the counters of tickets follow by their trigger."""
    with transaction.atomic():
        give_message_ids(lives, reserve("tickets_message_id_seq", sum(len(life.messages) for life in lives)))
        _give_opinion_ids(lives)
        for table in TABLES:
            copy(table, table.rows(lives))


def _give_opinion_ids(lives: Sequence[Life]) -> None:
    opinions = [opinion for life in lives for opinion in life.opinions]
    if opinions:
        names = ("surveyrequest", "rating", "recovery")
        give_ids(opinions, *(reserve(f"csat_{name}_id_seq", len(opinions)) for name in names))


def reserve(sequence: str, count: int) -> Iterator[int]:
    """So many ids of a sequence, in order, never given to anybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return iter([row[0] for row in cursor.fetchall()])


def copy(table: Table, rows: Iterable[Row]) -> None:
    buffer = StringIO()
    for row in rows:
        buffer.write("\t".join([_field(value) for value in row]))
        buffer.write("\n")
    if not buffer.tell():
        return
    buffer.seek(0)
    columns = ", ".join(table.columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table.name} ({columns}) FROM STDIN", buffer)


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, str):
        # The bytea form "\x..." is the one text that starts with a backslash of ours; it is escaped like any other.
        return value.translate(_ESCAPES)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
