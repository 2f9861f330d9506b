"""Closed days: public ones by country and region, own ones, and those of iCal calendars from a file or the web."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest
import time_machine

from core import http
from core.errors import Conflict, Invalid
from sla.ical import NoCalendar, holidays_in
from sla.models import BusinessHours, Clock, Holiday, Metric
from sla.services.holidays import feed_address, read_feed
from sla.services.hours import HoursDraft, delete_hours, forget_upload, save_hours
from sla.services.policies import apply_policies
from tests.desk import customer_writes
from tests.sla.conftest import berlin
from tickets.models import Inbox

WEEK = tuple((day, 9 * 60, 17 * 60) for day in range(5))
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{body}END:VCALENDAR\r\n".encode()


def day(text: str, *more: str) -> str:
    return "\r\n".join([f"DTSTART;VALUE=DATE:{text}", *more])


def draft(**values: object) -> HoursDraft:
    return HoursDraft(**{"name": "Office", "time_zone": "Europe/Berlin", "periods": WEEK, **values})  # type: ignore[arg-type]  # a table


def days_of(hours: BusinessHours, source: str) -> set[date]:
    return set(Holiday.objects.filter(hours=hours, source=source).values_list("date", flat=True))


def test_public_holidays_follow_country_and_region(clock: time_machine.Traveller) -> None:
    corpus_christi = date(2026, 6, 4)
    bavaria = save_hours(draft(country="DE", region="BY"))
    assert corpus_christi in days_of(bavaria, "country")
    berlin_hours = save_hours(draft(name="Berlin", country="DE", region="BE"))
    assert corpus_christi not in days_of(berlin_hours, "country")
    assert {date(2026, 12, 25), date(2029, 12, 25)} <= days_of(berlin_hours, "country")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"country": "DE", "region": "TX"}, "region"),
        ({"feed_url": "ftp://x"}, "feed_url"),
    ],
)
def test_unknown_places_are_refused_at_the_field(
    clock: time_machine.Traveller, wrong: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save_hours(draft(**wrong))
    assert field in refused.value.fields


def test_own_hours_of_a_day_win_over_the_public_holiday(clock: time_machine.Traveller) -> None:
    christmas = date(2026, 12, 25)
    hours = save_hours(draft(country="DE", special_days=[(christmas, "Open for once", [(600, 660)])]))
    hours = BusinessHours.objects.get(pk=hours.pk)
    opened = hours.calendar().between(
        berlin(4, 10).replace(month=12, day=25, hour=0), berlin(4, 10).replace(month=12, day=26, hour=0)
    )
    assert opened == timedelta(hours=1)


def test_whole_day_events_are_holidays_and_appointments_are_not() -> None:
    raw = ics(
        day("20260601", "DTEND;VALUE=DATE:20260604", "SUMMARY:Company trip"),
        day("20260610", "SUMMARY:Stocktaking"),
        "DTSTART:20260611T090000Z\r\nSUMMARY:A meeting",
        day("20260612", "STATUS:CANCELLED", "SUMMARY:Called off"),
        day("20200501", "RRULE:FREQ=YEARLY", "SUMMARY:Labour Day"),
        day("20260105", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20260112", "SUMMARY:Quiet Monday"),
    )
    assert holidays_in(raw, FIRST, LAST) == [
        (date(2026, 1, 5), "Quiet Monday"),
        (date(2026, 1, 19), "Quiet Monday"),
        (date(2026, 5, 1), "Labour Day"),
        (date(2026, 6, 1), "Company trip"),
        (date(2026, 6, 2), "Company trip"),
        (date(2026, 6, 3), "Company trip"),
        (date(2026, 6, 10), "Stocktaking"),
        (date(2027, 5, 1), "Labour Day"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a calendar",
        b"<html><body>Please sign in</body></html>",
        b"\x00\xff\xfe",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2026",
        ics(day("20260601"), day("20260602"))[:-60],
        b"x" * 1_000_001,
        ics(*[day("20260601")] * 2001),
    ],
)
def test_what_is_no_whole_calendar_is_refused_in_words(raw: bytes) -> None:
    """An empty answer or half a file must not look like a year without holidays."""
    with pytest.raises(NoCalendar):
        holidays_in(raw, FIRST, LAST)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYSECOND=1", "x",
        "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY;INTERVAL=-1", "FREQ=MONTHLY;INTERVAL=999999999",
    ],
)  # fmt: skip
def test_repeating_without_end_costs_nothing(rule: str) -> None:
    assert holidays_in(ics(day("20260601", f"RRULE:{rule}")), FIRST, LAST) in ([(date(2026, 6, 1), "")], [])


@pytest.mark.parametrize(
    "broken",
    [
        "DTSTART;VALUE=DATE:99991231\r\nDURATION:P60D",
        "DTSTART;VALUE=DATE:oops",
        "DTSTART;VALUE=DATE:20260601\r\nDTSTART;VALUE=DATE:20260602",
        "DTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=WEEKLY",
    ],
)
def test_event_that_cannot_be_read_keeps_no_other_from_counting(broken: str) -> None:
    assert (date(2026, 6, 1), "") in holidays_in(ics(broken, day("20260601")), FIRST, LAST)


def test_whole_day_written_from_midnight_to_midnight_counts_in_whatever_zone() -> None:
    raw = ics(
        "DTSTART;TZID=America/New_York:20260703T000000\r\nDTEND;TZID=America/New_York:20260704T000000",
        "DTSTART;TZID=Pacific/Auckland:20260801T000000\r\nDURATION:P2D",
        "DTSTART:20260901T000000Z\r\nDTEND:20260901T233000Z",
        "DTSTART;TZID=Somewhere/Else:20261001T000000\r\nDTEND;TZID=Somewhere/Else:20261002T000000",
    )
    found = [when for when, _ in holidays_in(raw, FIRST, LAST)]
    assert found == [date(2026, 7, 3), date(2026, 8, 1), date(2026, 8, 2), date(2026, 10, 1)]


def test_repeated_event_counts_where_it_was_moved_to_and_not_where_it_was_called_off() -> None:
    yearly = day("20250501", "RRULE:FREQ=YEARLY").replace("DTSTART", "UID:labour\r\nDTSTART")
    moved = day("20260504", "RECURRENCE-ID;VALUE=DATE:20260501").replace("DTSTART", "UID:labour\r\nDTSTART")
    off = day("20270501", "RECURRENCE-ID;VALUE=DATE:20270501", "STATUS:CANCELLED")
    raw = b"\r\n".join(
        [b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:test"]
        + [
            f"BEGIN:VEVENT\r\n{text}\r\nEND:VEVENT".encode()
            for text in (yearly, moved, off.replace("DTSTART", "UID:labour\r\nDTSTART"))
        ]
        + [b"END:VCALENDAR", b""]
    )
    assert [when for when, _ in holidays_in(raw, FIRST, date(2028, 12, 31))] == [date(2026, 5, 4), date(2028, 5, 1)]


def test_week_off_told_day_by_day_is_a_week_off() -> None:
    raw = ics(day("20261224", "RRULE:FREQ=DAILY;UNTIL=20261231;BYDAY=MO,TU,WE,TH,FR", "SUMMARY:Closed"))
    found = [when.day for when, _ in holidays_in(raw, FIRST, LAST)]
    assert found == [24, 25, 28, 29, 30, 31]


def test_event_with_two_rules_follows_both() -> None:
    rules = "RRULE:FREQ=YEARLY;BYMONTH=7\r\nRRULE:FREQ=YEARLY;BYMONTH=8"
    found = [when for when, _ in holidays_in(ics(day("20260601", rules)), date(2026, 1, 1), date(2026, 12, 31))]
    assert found == [date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]


def test_uploaded_calendar_closes_days_until_it_is_forgotten(clock: time_machine.Traveller) -> None:
    hours = save_hours(draft(calendar=ics(day("20260605", "SUMMARY:Bridge day"))))
    assert days_of(hours, "file") == {date(2026, 6, 5)}
    save_hours(draft(), hours=hours)
    assert days_of(hours, "file") == {date(2026, 6, 5)}
    forget_upload(hours)
    assert days_of(hours, "file") == set()
    hours.refresh_from_db()
    assert hours.version == 3, "facts name the version that they were counted in"
    with pytest.raises(Invalid):
        save_hours(draft(calendar=b"nothing"), hours=hours)


def test_calendar_on_the_web_moves_deadlines_and_its_failure_changes_nothing(
    inbox: Inbox, office: BusinessHours, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = customer_writes(inbox)
    save_hours(draft(feed_url="webcal://calendar.example/closed.ics"), hours=office)
    asked: list[str] = []

    def answer(url: str, **_: object) -> http.Answer:
        asked.append(url)
        return http.Answer(status=200, headers=httpx.Headers(), body=ics(day("20260605", "SUMMARY:Bridge day")))

    monkeypatch.setattr(http, "get", answer)
    assert read_feed(office)
    assert not read_feed(office)
    assert asked == ["https://calendar.example/closed.ics"] * 2
    apply_policies()
    due = Clock.objects.get(ticket=ticket, metric=Metric.RESOLUTION).due_at
    assert due == berlin(9, 10)

    def fail(url: str, **_: object) -> http.Answer:
        raise http.NotReached("The server could not be reached.")

    monkeypatch.setattr(http, "get", fail)
    assert not read_feed(office)
    office.refresh_from_db()
    assert (office.feed_problem, days_of(office, "feed")) == ("The server could not be reached.", {date(2026, 6, 5)})


def test_calendar_inside_our_own_network_is_not_fetched(office: BusinessHours) -> None:
    save_hours(draft(feed_url="http://127.0.0.1:1/closed.ics"), hours=office)
    assert not read_feed(office)
    office.refresh_from_db()
    assert office.feed_problem


def test_webcal_means_https() -> None:
    assert feed_address(" webcal://a.example/x ") == "https://a.example/x"


def test_hours_in_use_are_not_deleted(inbox: Inbox, office: BusinessHours) -> None:
    with pytest.raises(Conflict):
        delete_hours(office)
    unused = save_hours(draft(name="Unused"))
    delete_hours(unused)
    assert list(BusinessHours.objects.all()) == [office]
