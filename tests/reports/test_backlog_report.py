"""The backlog of the fortnight, reckoned by hand, and its lists: in three zones, of now and of the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from reports.backlog import counts_at, open_tickets, standing_at
from reports.base import Result
from reports.definitions import REPORTS
from reports.fact_filters import FactFilters
from reports.listed import count_behind
from tests.cast import Cast
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes, plain_channel
from tests.reports.fortnight import NOW, START, Fortnight
from tickets.models import Ticket
from tickets.services import changes, moving

UTC_ZONE = ZoneInfo("UTC")


def _run(cast: Cast, now: datetime = NOW, /, **query: str) -> Result:
    report = REPORTS["backlog"]
    return report.run(cast.mona, report.Filters.from_query(query, now=now, zone=UTC_ZONE), now=now)


def _tiles(result: Result) -> dict[str, Any]:
    return {tile.column.key: tile.value for tile in result.tiles}


def _filters(now: datetime = NOW) -> FactFilters:
    return FactFilters.from_query({"days": "14"}, now=now, zone=UTC_ZONE)


def test_what_is_open_is_told_by_age(cast: Cast, fortnight: Fortnight) -> None:
    """The n-th ticket (from 0) is solved after 20 n + 20 minutes: of the last day n = 39 (09:00, after 13 h 20 min) is
    solved at 22:20, n = 40 (12:00, after 13 h 40 min) and n = 41 (22:30) are open at midnight."""
    result = _run(cast, **{"from": "2026-03-02", "to": "2026-03-15"})
    tiles = _tiles(result)
    assert (tiles["open"], tiles["on_us"], tiles["old"]) == (2, 1, 0)
    assert tiles["oldest"] == timedelta(hours=12).total_seconds()
    [everything, *_] = result.rows
    assert [everything.values[f"band{number}"] for number in range(6)] == [2, 0, 0, 0, 0, 0]
    assert {row.label: row.values["open"] for row in result.rows if row.group == "Team"} == {"Legal": 1, "Support": 1}


def test_line_of_the_past_is_what_was_open_at_the_end_of_each_day(cast: Cast, fortnight: Fortnight) -> None:
    """A ticket of 22:30 is open over midnight where it takes over 90 minutes, from n = 5 (the second day) on; one of
    12:00 where it takes over 12 hours, which are n = 37 (12 h 40 min) and n = 40; one of 09:00 never."""
    result = _run(cast, **{"from": "2026-03-02", "to": "2026-03-15"})
    line = [mark.numbers["open"] for mark in result.charts[0].marks]
    assert line == [0, *[1] * 11, 2, 2]
    came, went = ([mark.numbers[key] for mark in result.charts[1].marks] for key in ("came_in", "went_out"))
    assert came == [3] * 14
    assert went == [3, 2, *[3] * 10, 2, 3]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Pacific/Auckland"])
def test_figures_are_the_lengths_of_their_lists_and_a_recount_by_hand(
    cast: Cast, fortnight: Fortnight, zone: str
) -> None:
    for last in ("2026-03-07", "2026-03-08", "2026-03-14", "2026-03-16"):
        result = _run(cast, **{"zone": zone, "from": "2026-03-02", "to": last})
        for row in result.rows[:6]:
            for column in result.columns:
                if column.kind == "count" and row.values[column.key] is not None:
                    behind = count_behind(cast.mona, row.links[column.key], now=NOW, zone=UTC_ZONE)
                    assert behind == row.values[column.key], (last, row.label, column.key)
        for mark in result.charts[0].marks:
            if mark.numbers["open"] is not None:
                assert count_behind(cast.mona, mark.link, now=NOW, zone=UTC_ZONE) == mark.numbers["open"]
    moments = [START + timedelta(hours=7 * number) for number in range(48)]
    told = counts_at(cast.mona, _filters(), moments, now=NOW)
    assert told == [_open_by_hand(moment) for moment in moments]


def test_backlog_is_broken_down_by_tag_for_who_asks(cast: Cast, fortnight: Fortnight) -> None:
    ids = [customer_writes(cast.mail).pk for _ in range(3)]
    Ticket.objects.filter(pk__in=ids[:2]).update(tags=["bug"])
    Ticket.objects.filter(pk=ids[2]).update(tags=["bug", "lace"])
    now = datetime.now(UTC) + timedelta(hours=1)
    assert {row.group for row in _run(cast, now).rows} == {row.group for row in _run(cast, now, by="tag").rows} - {
        "Tag"
    }
    rows = {row.label: row for row in _run(cast, now, by="tag").rows if row.group == "Tag"}
    assert {label: row.values["open"] for label, row in rows.items()} == {"bug": 3, "lace": 1}
    for row in rows.values():
        for key in ("open", "on_us", "band0"):
            behind = count_behind(cast.mona, row.links[key], now=now, zone=UTC_ZONE)
            assert behind == row.values[key] == row.values["open"]


def _open_by_hand(at: datetime) -> int:
    spans = []
    for number in range(42):
        day, slot = divmod(number, 3)
        opened = START + timedelta(days=day, hours=(9, 12, 22.5)[slot])
        spans.append((opened, opened + timedelta(minutes=20 * number + 20)))
    return sum(opened < at <= solved for opened, solved in spans)


def test_reopened_merged_and_spam_tickets_are_open_while_they_are(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)
    mia = an_agent("Mia", role="manager")
    inbox = an_inbox(default_team=a_team("Front", mia))
    start = datetime(2026, 11, 2, 10, tzinfo=UTC)
    actor = mia.as_actor()
    with time_machine.travel(start, tick=False) as clock:
        wanders, goes, junk = (customer_writes(inbox, name) for name in ("wanders", "goes", "junk"))

        def at(hour: int) -> None:
            clock.move_to(start + timedelta(hours=hour))

        def status(ticket: Ticket, after: str) -> None:
            changes.set_status(Ticket.objects.get(pk=ticket.pk), status=after, actor=actor)

        at(2)
        status(wanders, "resolved")
        at(4)
        customer_writes(inbox, "again", on=wanders)
        status(junk, "spam")
        at(6)
        moving.merge(Ticket.objects.get(pk=goes.pk), into=Ticket.objects.get(pk=wanders.pk), actor=actor)
        at(8)
        agent_replies(wanders, mia)
        status(wanders, "resolved")
        at(10)
        now = start + timedelta(hours=10)
        moments = [start + timedelta(hours=hour) for hour in (1, 3, 5, 7, 9)]
        filters = _filters(now)
        # 1: all three; 3: without the resolved one; 5: it is back, the junk is gone; 7: the merged one is gone; 9: none
        assert counts_at(cast.mona, filters, moments, now=now) == [3, 2, 2, 1, 0]
        for moment, count in zip(moments, (3, 2, 2, 1, 0), strict=True):
            assert open_tickets(cast.mona, filters, moment, now=now).count() == count
            found = standing_at(cast.mona, filters, moment, now=now)
            assert sum(group.count for key, group in found.items() if key == ("all", "")) == count
        # It was no spam after all: it counts as open all along.
        status(junk, "open")
        assert counts_at(cast.mona, filters, [*moments, now], now=now) == [3, 2, 3, 2, 1, 1]
        # What was solved and turned out to be spam was open until it was solved, told once.
        status(wanders, "spam")
        assert counts_at(cast.mona, filters, [*moments, now], now=now) == [3, 2, 3, 2, 1, 1]


def test_list_of_the_backlog_shows_its_tickets_oldest_first_to_managers(
    cast: Cast, fortnight: Fortnight, client: Client
) -> None:
    client.force_login(cast.mona)
    with time_machine.travel(NOW, tick=False):
        page = client.get("/reports/backlog/tickets/", {"from": "2026-03-02", "to": "2026-03-15"})
        assert "in the list" in page.content.decode()
        numbers = [ticket.number for ticket in page.context["tickets"]]
        assert page.context["count"] == len(numbers) == 2
        assert numbers == [fortnight.lives[40].number, fortnight.lives[41].number]
        wrong = client.get("/reports/backlog/tickets/", {"age": "x"})
        assert wrong.status_code == 422
        assert "Age: There is no such list." in wrong.content.decode()
        client.force_login(cast.ana)
        assert client.get("/reports/backlog/tickets/").status_code == 403
