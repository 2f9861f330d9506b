"""Business hours as pure arithmetic: how much open time lies between two instants, when a promise falls due.

An instant is open when the wall clock of the calendar's time zone shows an open time and the local date is no
holiday; a date with hours of its own follows these alone. Nothing else decides it, so a day with a clock change
simply has less or more open time. All is done in half-open UTC intervals of whole microseconds; nothing here knows
of settings or of the database. A calendar compiles each year once and remembers it: keep the object for speed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY_MINUTES = 24 * 60
WEEK_DAYS = 7
LAST_YEAR = 9990

Interval = tuple[int, int]


class NeverOpen(ValueError):
    """The calendar has no open time (left), so nothing can fall due in it."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One open stretch in minutes from its day's midnight: closing at 26:00 is two in the next morning."""

    weekday: int  # Monday is 0
    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < WEEK_DAYS:
            raise ValueError(f"weekday {self.weekday} is not between 0 (Monday) and 6 (Sunday)")
        if not 0 <= self.opens < DAY_MINUTES:
            raise ValueError(f"a period opens between 00:00 and 23:59, not at minute {self.opens}")
        if not self.opens < self.closes <= self.opens + DAY_MINUTES:
            raise ValueError("a period closes after it opens and lasts 24 hours at most")


@dataclass(frozen=True, slots=True, order=True)
class SpecialPeriod:
    """One open stretch of a date that has hours of its own, holiday or not; ends at midnight at the latest."""

    day: date
    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY_MINUTES:
            raise ValueError("the hours of a single day begin after 00:00 and end by 24:00")


@dataclass(frozen=True, slots=True)
class Year:
    """The open intervals of one UTC year with running totals, ready for bisection."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    totals: tuple[int, ...]  # open microseconds before interval i; one more entry than intervals

    def open_until(self, instant: int) -> int:
        index = bisect_right(self.starts, instant) - 1
        if index < 0:
            return 0
        return self.totals[index] + min(instant, self.ends[index]) - self.starts[index]

    def instant_at(self, total: int) -> int:
        """The earliest instant at which `total` open microseconds (at least 1) of the year have passed."""
        index = bisect_left(self.totals, total) - 1
        return self.starts[index] + total - self.totals[index]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The open hours of a week in one time zone, less the holidays (local dates, closed all day); `special` dates
    have hours of their own instead of both."""

    zone: str
    periods: tuple[Period, ...]
    holidays: frozenset[date] = field(default_factory=frozenset)
    special: tuple[SpecialPeriod, ...] = ()
    _compiled: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def always(cls) -> Calendar:
        return cls("UTC", tuple(Period(day, 0, DAY_MINUTES) for day in range(WEEK_DAYS)))

    def add(self, start: datetime, seconds: float) -> datetime:
        """The earliest instant by which `seconds` of open time have passed since `start`."""
        if not self.periods:
            raise NeverOpen("these business hours have no open period")
        wanted = round(seconds * SECOND)
        instant = _micros(start)
        if wanted <= 0:
            return start
        for year in range(_year_of(instant), LAST_YEAR):
            compiled = self._year(year)
            before = compiled.open_until(instant)
            if compiled.totals[-1] - before >= wanted:
                return EPOCH + compiled.instant_at(before + wanted) * MICROSECOND
            wanted -= compiled.totals[-1] - before
            instant = _new_year(year + 1)
        raise NeverOpen("the holidays leave no open time")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; nothing when they are the wrong way round."""
        first, last = _micros(start), _micros(end)
        if last <= first:
            return timedelta()
        years = range(_year_of(first), _year_of(last) + 1)
        whole = sum(self._year(year).totals[-1] for year in years[:-1])
        begun = self._year(years[0]).open_until(first)
        return (whole + self._year(years[-1]).open_until(last) - begun) * MICROSECOND

    def intervals(self, first_year: int, last_year: int) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches of some whole UTC years, in order; stretches are cut at New Year."""
        for year in range(first_year, last_year + 1):
            compiled = self._year(year)
            for start, end in zip(compiled.starts, compiled.ends, strict=True):
                yield EPOCH + start * MICROSECOND, EPOCH + end * MICROSECOND

    def is_open(self, at: datetime) -> bool:
        instant = _micros(at)
        year = self._year(_year_of(instant))
        index = bisect_right(year.starts, instant) - 1
        return index >= 0 and instant < year.ends[index]

    def _year(self, year: int) -> Year:
        found = self._compiled.get(year)
        if found is None:
            found = self._compiled[year] = _compile(self, year)
        return found


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _year_of(instant: int) -> int:
    return (EPOCH + instant * MICROSECOND).year


def _new_year(year: int) -> int:
    return _micros(datetime(year, 1, 1, tzinfo=UTC))


def _compile(calendar: Calendar, year: int) -> Year:
    intervals = tuple(_merged(_intervals(calendar, _new_year(year), _new_year(year + 1))))
    totals = accumulate((end - start for start, end in intervals), initial=0)
    return Year(tuple(start for start, _ in intervals), tuple(end for _, end in intervals), tuple(totals))


def _intervals(calendar: Calendar, first: int, last: int) -> Iterator[Interval]:
    """Open UTC intervals between two instants, in order, maybe touching each other."""
    zone = ZoneInfo(calendar.zone)
    for start, end, offset in _steady_offsets(zone, first, last):
        for opens, closes in _wall_intervals(calendar, start + offset, end + offset):
            clipped = max(opens - offset, start), min(closes - offset, end)
            if clipped[0] < clipped[1]:
                yield clipped


def _steady_offsets(zone: ZoneInfo, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Cut a UTC range where the zone's offset changes: (from, to, offset)."""
    start, offset, probe = first, _offset(zone, first), first
    while probe < last:
        ahead = min(probe + DAY_MINUTES * 60 * SECOND, last)
        if _offset(zone, ahead) != offset:
            change = _change_within(zone, probe, ahead, offset)
            yield start, change, offset
            start, offset, probe = change, _offset(zone, change), change
        else:
            probe = ahead
    if start < last:
        yield start, last, offset


def _change_within(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The first whole second in (low, high] that no longer has `offset`."""
    while high - low > SECOND:
        middle = low + (high - low) // 2 // SECOND * SECOND
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = (EPOCH + instant * MICROSECOND).astimezone(zone).utcoffset()
    return (offset or timedelta()) // MICROSECOND


def _wall_intervals(calendar: Calendar, first: int, last: int) -> Iterator[Interval]:
    """Open stretches of the wall clock, one local date after another, cut at midnight."""
    by_day = _minutes_by_weekday(calendar.periods)
    special = _minutes_by_date(calendar.special)
    day = (EPOCH + first * MICROSECOND).date()
    final = (EPOCH + last * MICROSECOND).date()
    while day <= final:
        usual = () if day in calendar.holidays else by_day[day.weekday()]
        midnight = _micros(datetime.combine(day, time(), tzinfo=UTC))
        for opens, closes in special.get(day, usual):
            yield midnight + opens * 60 * SECOND, midnight + closes * 60 * SECOND
        day += timedelta(days=1)


@lru_cache(maxsize=128)
def _minutes_by_weekday(periods: tuple[Period, ...]) -> tuple[tuple[Interval, ...], ...]:
    """Each weekday's open minutes; what runs past midnight is given to the next day."""
    days: list[list[Interval]] = [[] for _ in range(WEEK_DAYS)]
    for period in periods:
        days[period.weekday].append((period.opens, min(period.closes, DAY_MINUTES)))
        if period.closes > DAY_MINUTES:
            days[(period.weekday + 1) % WEEK_DAYS].append((0, period.closes - DAY_MINUTES))
    return tuple(tuple(_merged(sorted(day))) for day in days)


def _minutes_by_date(special: tuple[SpecialPeriod, ...]) -> dict[date, tuple[Interval, ...]]:
    days: dict[date, list[Interval]] = {}
    for period in special:
        days.setdefault(period.day, []).append((period.opens, period.closes))
    return {day: tuple(_merged(sorted(minutes))) for day, minutes in days.items()}


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Join ordered intervals that touch or overlap."""
    current: Interval | None = None
    for interval in intervals:
        if current is None:
            current = interval
        elif interval[0] <= current[1]:
            current = current[0], max(current[1], interval[1])
        else:
            yield current
            current = interval
    if current is not None:
        yield current
