"""The wall clock of a zone for many moments at once: moments in the order of time fall into few runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from reports.engine.codes import smallest
from reports.engine.layout import Array
from reports.period import Period

_HOUR, _DAY, _WEEK = 60, 1440, 10080
# 1 January 1970 was a Thursday; weeks begin on Monday.
_SINCE_MONDAY = 3 * _DAY


@dataclass(frozen=True)
class Local:
    """Minutes since 1970, in the order of time, as steps of the period and as hours of the week, on the clock of the
    period's zone."""

    period: Period

    def steps(self, minutes: Array) -> Array:
        """Which mark of the charts each moment belongs to."""
        starts, local = self._runs
        first_day = (self.period.first - datetime(1970, 1, 1, tzinfo=UTC).date()).days
        return _spread(starts, smallest((local // _DAY - first_day) // self.period.step_days), minutes)

    def hours(self, minutes: Array) -> Array:
        """0 is Monday from midnight to one o'clock, 167 the last hour of Sunday."""
        starts, local = self._runs
        return _spread(starts, ((local + _SINCE_MONDAY) % _WEEK // _HOUR).astype(np.uint8), minutes)

    @cached_property
    def _runs(self) -> tuple[Array, Array]:
        """Where each hour of the zone's clock begins within the period, and what the clock says there, as minutes on
        the wall since 1970; a change of the clock begins a run, too."""
        first, last = (int(moment.timestamp()) // 60 for moment in (self.period.starts_at, self.period.ends_at))
        changes = offsets(self.period.zone, first, last)
        ends = [start for start, _ in changes[1:]] + [last]
        starts, local = [], []
        for (start, offset), end in zip(changes, ends, strict=True):
            hours = np.arange(start + (-(start + offset)) % _HOUR, end, _HOUR, dtype=np.int64)
            if not len(hours) or hours[0] != start:
                hours = np.concatenate(([start], hours))
            starts.append(hours)
            local.append(hours + offset)
        return np.concatenate(starts).astype(np.int32), np.concatenate(local)


def _spread(starts: Array, values: Array, minutes: Array) -> Array:
    """For each of the ascending minutes the value of the run that it falls into."""
    is_change = np.concatenate(([True], values[1:] != values[:-1]))
    starts, values = starts[is_change], values[is_change]
    borders = np.searchsorted(minutes, starts[1:])
    spread: Array = np.repeat(values, np.diff(borders, prepend=0, append=len(minutes)))
    return spread


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
