"""The wall clock of a zone for many moments at once: tables by the minute, made of the few changes of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from reports.engine.layout import Array
from reports.period import Period

_HOUR, _DAY, _WEEK = 60, 1440, 10080
# 1 January 1970 was a Thursday; weeks begin on Monday.
_SINCE_MONDAY = 3 * _DAY


@dataclass(frozen=True)
class Local:
    """Minutes since 1970 as steps of the period and as hours of the week, on the clock of the period's zone."""

    period: Period

    def steps(self, minutes: Array) -> Array:
        """Which mark of the charts each moment belongs to."""
        steps: Array = self._step_by_minute[minutes - self._first]
        return steps

    def hours(self, minutes: Array) -> Array:
        """0 is Monday from midnight to one o'clock, 167 the last hour of Sunday."""
        hours: Array = self._hour_by_minute[minutes - self._first]
        return hours

    @cached_property
    def _first(self) -> int:
        return int(self.period.starts_at.timestamp()) // 60

    @cached_property
    def _local(self) -> Array:
        """Each minute of the period as minutes on the wall since 1970."""
        last = int(self.period.ends_at.timestamp()) // 60
        minutes = np.arange(self._first, last, dtype=np.int64)
        changes = offsets(self.period.zone, self._first, last)
        places = np.searchsorted([start for start, _ in changes], minutes, side="right") - 1
        return minutes + np.array([offset for _, offset in changes], dtype=np.int64)[places]

    @cached_property
    def _step_by_minute(self) -> Array:
        first_day = (self.period.first - datetime(1970, 1, 1, tzinfo=UTC).date()).days
        return ((self._local // _DAY - first_day) // self.period.step_days).astype(np.int16)

    @cached_property
    def _hour_by_minute(self) -> Array:
        return ((self._local + _SINCE_MONDAY) % _WEEK // _HOUR).astype(np.uint8)


def offsets(zone: ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    """From which minute on the zone is how many minutes ahead of UTC; the first entry is where the stretch begins."""
    found = [(first, _offset(zone, first))]
    for minute in range(first + _DAY, last + _DAY, _DAY):
        if _offset(zone, minute) != found[-1][1]:
            found.append(_change(zone, minute - _DAY, minute))
    return found


def _change(zone: ZoneInfo, before: int, after: int) -> tuple[int, int]:
    """The first minute that has the offset of `after`."""
    offset = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            after = middle
        else:
            before = middle
    return after, offset


def _offset(zone: ZoneInfo, minute: int) -> int:
    offset = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(zone).utcoffset()
    return int((offset or timedelta()).total_seconds()) // 60
