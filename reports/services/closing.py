"""Closes days: stores the facts of days that are over as columns, and anew whatever came late or is told otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from core.db import lock_key
from reports.engine.closed import standing_days, stored
from reports.engine.layout import Window, version_of
from reports.engine.reading import Packed, read
from reports.fact_sets import SETS, kinds_of
from reports.models import ClosedDay, LateFact

# Facts of the last minutes of a day are there by then.
GRACE = timedelta(minutes=10)
_LOCK = lock_key("closed days of reports")


def close_days(*, now: datetime, until: datetime | None = None, most: int | None = None) -> int:
    """Store what is missing, the newest days first; returns how many days are done. Safe to run at any time."""
    # Nothing stores the other kinds, so nothing would ever take their notes away.
    LateFact.objects.exclude(kind__in=kinds_of(SETS)).delete()
    done = 0
    for day, kinds in open_days(now):
        if (most is not None and done >= most) or (until is not None and datetime.now(UTC) >= until):
            break
        if not close_day(day, kinds):
            break  # somebody else is at it, or still writes: the next run goes on
        done += 1
    return done


def open_days(now: datetime, not_before: date = date.min) -> Iterator[tuple[date, list[str]]]:
    """The days that are over and not stored, each with the kinds that are missing; the newest first."""
    kinds = kinds_of(SETS)
    last = (now - GRACE).astimezone(UTC).date() - timedelta(days=1)
    first = _first_day(kinds)
    if first is None:
        return
    first = max(first, not_before)
    done = standing_days(kinds, first, last)
    for back in range((last - first).days + 1):
        day = last - timedelta(days=back)
        if missing := [kind for kind in kinds if (kind, day) not in done]:
            yield day, missing


def days_behind(now: datetime, span: timedelta) -> int:
    """How many days of this span that are over are not stored."""
    oldest = (now - span).date()
    return sum(1 for day, _ in open_days(now, not_before=oldest))


def close_day(day: date, kinds: list[str]) -> bool:
    """Store these kinds of a day. Not while somebody who began on that day is still writing, or stores it already."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    end = start + timedelta(days=1)
    with transaction.atomic():
        if not _is_ours() or _is_written_since(end):
            return False
        # Before the facts are read: what comes late from here on is noted by a row that stays.
        LateFact.objects.filter(day=day, kind__in=kinds).delete()
        found = {packed.kind: packed for packed in read([Window(kind, start, end) for kind in kinds])}
        ClosedDay.objects.filter(day=day, kind__in=kinds).delete()
        ClosedDay.objects.bulk_create([_row(day, kind, found.get(kind)) for kind in kinds])
    return True


def forget_closed_days() -> None:
    """For those who write a whole past at once, unseen by the trigger."""
    ClosedDay.objects.all().delete()
    LateFact.objects.all().delete()


def _row(day: date, kind: str, packed: Packed | None) -> ClosedDay:
    row = ClosedDay(day=day, kind=kind, version=version_of(kind), facts=len(packed) if packed else 0)
    if packed:
        row.names = packed.names
        for name, column in packed.columns.items():
            setattr(row, name, stored(name, column))
    return row


def _first_day(kinds: list[str]) -> date | None:
    """The day of the first fact, by a look at the head of the index for each kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(f.at) FROM unnest(%s::text[]) k(kind)
            CROSS JOIN LATERAL (SELECT at FROM sla_fact WHERE kind = k.kind ORDER BY at LIMIT 1) f""",
            [kinds],
        )
        first: datetime | None = cursor.fetchone()[0]
    return first.astimezone(UTC).date() if first else None


def _is_ours() -> bool:
    """One process closes days at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _is_written_since(end: datetime) -> bool:
    """Whether a transaction that began before the end of the day has written something and is not over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND backend_xid IS NOT NULL AND xact_start < %s)""",
            [end],
        )
        return bool(cursor.fetchone()[0])
