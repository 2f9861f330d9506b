"""Computations in business hours, one process, pure Python: due times and open time between two instants."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from helpdesk.bench.contract import Figures, Options
from sla.calendar import Calendar, Period

TICKETS = 0
START = datetime(2026, 1, 1, tzinfo=UTC)
HOLIDAYS = frozenset({date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)})


def run(options: Options) -> Iterator[Figures]:
    """A week with a lunch break, night shifts and a clock change; instants are spread over two years."""
    count = 50_000 if options.is_short else 500_000
    week = tuple(Period(day, opens, closes) for day in range(5) for opens, closes in ((480, 720), (780, 1080)))
    calendar = Calendar("Europe/Berlin", (*week, Period(4, 22 * 60, 30 * 60)), HOLIDAYS)
    dice = random.Random(1)
    instants = [START + timedelta(seconds=dice.randrange(2 * 365 * 86_400)) for _ in range(count)]
    lengths = [dice.randrange(60, 40 * 3600) for _ in range(count)]
    pairs = [(start, start + timedelta(seconds=3 * length)) for start, length in zip(instants, lengths, strict=True)]
    works: dict[str, Callable[[], object]] = {
        "add": lambda: [calendar.add(start, length) for start, length in zip(instants, lengths, strict=True)],
        "between": lambda: [calendar.between(start, end) for start, end in pairs],
    }
    for name, work in works.items():
        work()
        started = time.perf_counter()
        work()
        yield {"work": name, "n": count, "per_second": round(count / (time.perf_counter() - started))}
