"""Business hours: fixed examples, and properties against a counter that looks at every single minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import DAY_MINUTES, Calendar, NeverOpen, Period, SpecialPeriod

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Tehran", "UTC")
# Weeks with a clock change in one of the zones, and a quiet one.
WEEKS = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 27), (10, 23), (3, 6), (4, 3), (6, 1))]


def office(zone: str = BERLIN, *holidays: date) -> Calendar:
    return Calendar(zone, tuple(Period(day, 9 * 60, 17 * 60) for day in range(5)), frozenset(holidays))


def local(zone: str, *parts: int) -> datetime:
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def minutes_open(calendar: Calendar, start: datetime, end: datetime) -> int:
    """The slow truth: look at the wall clock of each minute."""
    zone, count, at = ZoneInfo(calendar.zone), 0, start
    while at < end:
        wall = at.astimezone(zone)
        count += shows_open_time(calendar, wall)
        at += timedelta(minutes=1)
    return count


def shows_open_time(calendar: Calendar, wall: datetime) -> bool:
    minute = wall.hour * 60 + wall.minute
    own = [period for period in calendar.special if period.day == wall.date()]
    if own or wall.date() in calendar.holidays:
        return any(period.opens <= minute < period.closes for period in own)
    return any(
        (period.weekday == wall.weekday() and period.opens <= minute < period.closes)
        or ((period.weekday + 1) % 7 == wall.weekday() and minute < period.closes - DAY_MINUTES)
        for period in calendar.periods
    )


@st.composite
def periods(draw: st.DrawFn) -> Period:
    opens = draw(st.integers(0, DAY_MINUTES - 1))
    return Period(draw(st.integers(0, 6)), opens, opens + draw(st.integers(1, DAY_MINUTES)))


@st.composite
def special_periods(draw: st.DrawFn, monday: date) -> SpecialPeriod:
    opens = draw(st.integers(0, DAY_MINUTES - 1))
    day = monday + timedelta(days=draw(st.integers(0, 9)))
    return SpecialPeriod(day, opens, draw(st.integers(opens + 1, DAY_MINUTES)))


@st.composite
def calendars(draw: st.DrawFn, zones: tuple[str, ...] = ZONES) -> Calendar:
    week = draw(st.sampled_from(WEEKS)).date()
    holidays = draw(st.frozensets(st.integers(0, 9), max_size=2))
    return Calendar(
        draw(st.sampled_from(zones)),
        tuple(draw(st.lists(periods(), min_size=1, max_size=5))),
        frozenset(week + timedelta(days=day) for day in holidays),
        tuple(draw(st.lists(special_periods(week), max_size=2))),
    )


instants = st.builds(
    lambda week, minute: week + timedelta(minutes=minute),
    st.sampled_from(WEEKS),
    st.integers(0, 5 * DAY_MINUTES),
)


@settings(max_examples=60)
@given(calendars(), instants, st.integers(0, 4 * DAY_MINUTES))
def test_open_time_equals_the_minutes_counted_one_by_one(calendar: Calendar, start: datetime, length: int) -> None:
    end = start + timedelta(minutes=length)
    assert calendar.between(start, end) == timedelta(minutes=minutes_open(calendar, start, end))


@settings(max_examples=12)
@given(
    calendars(tuple(sorted(name for name in available_timezones() if "/" in name))),
    st.integers(1985, 2037),
    st.integers(0, 364),
    st.integers(30, 60),
)
def test_open_time_equals_the_counted_minutes_in_any_zone_and_year(
    calendar: Calendar, year: int, day: int, days: int
) -> None:
    start = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day)
    end = start + timedelta(days=days)
    counted = minutes_open(calendar, start, end)
    assert calendar.between(start, end) == timedelta(minutes=counted)
    if counted:
        assert minutes_open(calendar, start, calendar.add(start, counted * 60)) == counted


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Apia", (2011, 12, 28)),  # The 30th never was.
        ("Pacific/Kwajalein", (1993, 8, 19)),
        ("Australia/Lord_Howe", (2026, 4, 3)),  # Half an hour twice,
        ("Australia/Lord_Howe", (2026, 10, 2)),  # and half an hour left out.
        ("Antarctica/Troll", (2026, 3, 27)),  # Two hours at once.
        ("Africa/Casablanca", (2026, 2, 14)),  # Winter time for the weeks of Ramadan.
        ("Asia/Pyongyang", (2018, 5, 3)),
        ("Europe/Berlin", (9000, 3, 28)),
    ],
)
def test_open_time_equals_the_counted_minutes_where_the_clocks_did_strange_things(
    zone: str, day: tuple[int, int, int]
) -> None:
    """Open but for some hours of each day and night."""
    usual = tuple(Period(weekday, 23 * 60, 23 * 60 + 17 * 60) for weekday in range(7))
    calendar, start = Calendar(zone, usual), datetime(*day, tzinfo=UTC)
    end = start + timedelta(days=4)
    counted = minutes_open(calendar, start, end)
    assert calendar.between(start, end) == timedelta(minutes=counted)
    assert calendar.between(start, calendar.add(start, counted * 60)) == timedelta(minutes=counted)


@settings(max_examples=60)
@given(calendars(), instants, st.integers(0, 59), st.integers(0, 2 * DAY_MINUTES * 60))
def test_open_time_is_exact_to_the_second(calendar: Calendar, start: datetime, second: int, length: int) -> None:
    """The whole minutes between are counted one by one; the first and last are cut where the seconds say."""
    begin, end = start + timedelta(seconds=second), start + timedelta(seconds=second + length)
    zone = ZoneInfo(calendar.zone)
    whole = minutes_open(calendar, start, end)
    cut = second * shows_open_time(calendar, start.astimezone(zone))
    last = end.replace(second=0)
    over = (60 - end.second) * (end.second > 0 and shows_open_time(calendar, last.astimezone(zone)))
    assert calendar.between(begin, end) == timedelta(seconds=max(whole * 60 - cut - over, 0))


@settings(max_examples=150)
@given(calendars(), instants, st.integers(1, 20 * 3600))
def test_due_time_is_the_first_instant_with_the_promised_open_time(
    calendar: Calendar, start: datetime, seconds: int
) -> None:
    due = calendar.add(start, seconds)
    assert calendar.between(start, due) == timedelta(seconds=seconds)
    assert calendar.between(start, due - timedelta(microseconds=1)) < timedelta(seconds=seconds)


@settings(max_examples=150)
@given(calendars(), instants, st.integers(0, 10 * 3600), st.integers(0, 10 * 3600))
def test_adding_twice_equals_adding_the_sum(calendar: Calendar, start: datetime, one: int, two: int) -> None:
    assert calendar.add(calendar.add(start, one), two) == calendar.add(start, one + two)


@settings(max_examples=100)
@given(calendars(), instants, st.integers(0, 3 * DAY_MINUTES), st.integers(0, 400 * DAY_MINUTES))
def test_open_time_adds_up_over_a_split_range(calendar: Calendar, start: datetime, one: int, two: int) -> None:
    middle = start + timedelta(minutes=one)
    end = middle + timedelta(minutes=two)
    assert calendar.between(start, end) == calendar.between(start, middle) + calendar.between(middle, end)


def test_four_hours_from_friday_afternoon_fall_due_on_monday() -> None:
    due = office().add(local(BERLIN, 2026, 6, 5, 16, 0), 4 * 3600)
    assert due == local(BERLIN, 2026, 6, 8, 12, 0)


def test_eight_hours_end_with_the_day_they_fill_not_with_the_next_morning() -> None:
    due = office().add(local(BERLIN, 2026, 6, 4, 9, 0), 8 * 3600)
    assert due == local(BERLIN, 2026, 6, 4, 17, 0)


def test_a_holiday_counts_nothing() -> None:
    due = office(BERLIN, date(2026, 6, 8)).add(local(BERLIN, 2026, 6, 5, 16, 0), 4 * 3600)
    assert due == local(BERLIN, 2026, 6, 9, 12, 0)


def test_a_lunch_break_counts_nothing() -> None:
    calendar = Calendar(BERLIN, (Period(0, 9 * 60, 12 * 60), Period(0, 13 * 60, 17 * 60)))
    assert calendar.add(local(BERLIN, 2026, 6, 8, 11, 30), 3600) == local(BERLIN, 2026, 6, 8, 13, 30)


def test_a_night_shift_runs_past_midnight_but_not_into_a_holiday() -> None:
    nights = Calendar(BERLIN, (Period(4, 22 * 60, 30 * 60),), frozenset({date(2026, 6, 13)}))
    assert nights.between(local(BERLIN, 2026, 6, 5, 20, 0), local(BERLIN, 2026, 6, 6, 12, 0)) == timedelta(hours=8)
    assert nights.between(local(BERLIN, 2026, 6, 12, 20, 0), local(BERLIN, 2026, 6, 13, 12, 0)) == timedelta(hours=2)


def test_a_special_day_keeps_its_own_hours_holiday_or_not() -> None:
    eve = (SpecialPeriod(date(2026, 12, 24), 9 * 60, 12 * 60), SpecialPeriod(date(2026, 12, 25), 10 * 60, 11 * 60))
    christmas = Calendar(BERLIN, office().periods, frozenset({date(2026, 12, 25)}), eve)
    assert christmas.between(local(BERLIN, 2026, 12, 24, 0, 0), local(BERLIN, 2026, 12, 26, 0, 0)) == timedelta(hours=4)


@pytest.mark.parametrize("parts", [(-1, 60), (60, 60), (0, 1441)])
def test_an_impossible_special_period_is_refused(parts: tuple[int, int]) -> None:
    with pytest.raises(ValueError):
        SpecialPeriod(date(2026, 12, 24), *parts)


def test_round_the_clock_loses_no_minute_at_midnight_or_new_year() -> None:
    start = datetime(2026, 12, 30, 23, 59, 30, 123456, tzinfo=UTC)
    always = Calendar.always()
    assert always.add(start, 86_400 * 3 + 0.5) == start + timedelta(days=3, milliseconds=500)
    assert always.between(start, start + timedelta(days=800)) == timedelta(days=800)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 23), ((2026, 10, 24), 25), ((2026, 6, 6), 24)])
def test_a_day_with_a_clock_change_has_the_hours_that_really_pass(day: tuple[int, int, int], hours: int) -> None:
    weekends = Calendar(BERLIN, (Period(6, 0, DAY_MINUTES),))
    start = local(BERLIN, *day, 0, 0)
    assert weekends.between(start, start + timedelta(days=3)) == timedelta(hours=hours)


def test_hours_without_a_period_never_fall_due() -> None:
    with pytest.raises(NeverOpen):
        Calendar("UTC", ()).add(datetime(2026, 1, 1, tzinfo=UTC), 1)


@pytest.mark.parametrize("parts", [(7, 0, 60), (0, -1, 60), (0, 60, 60), (0, 1440, 1500), (0, 60, 60 + 1441)])
def test_an_impossible_period_is_refused(parts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        Period(*parts)
