"""A manager drills down: from the report to the promises behind a figure, and on to a ticket."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.agents import AtTheDesk, at_the_desk
from tests.browser.chats import violations
from tests.browsers import PageMaker
from tests.cast import Cast
from tests.desk import customer_writes
from tests.reports.fortnight import make_fortnight
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

REPORT = "/reports/sla/?from=2026-03-02&to=2026-03-15"


def test_manager_drills_down_from_a_figure_to_a_ticket(live_stack: Stack, cast: Cast, new_page: PageMaker) -> None:
    make_fortnight(cast)
    desk = at_the_desk(new_page(), cast.mona, live_stack)
    page = desk.page
    desk.opens(REPORT)
    assert violations(page) == []
    teams = page.get_by_role("region", name="Team", exact=True)
    legal = teams.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Legal"))
    figure = legal.locator("td").nth(2).get_by_role("link")
    count = figure.inner_text()
    figure.click()
    expect(page.get_by_role("heading", name=f"{count} promises missed")).to_be_visible()
    expect(page.locator("tr[data-fact]")).to_have_count(int(count))
    assert violations(page) == []
    ticket = page.locator("tr[data-fact] th a").first
    subject = ticket.locator("bdi").inner_text()
    ticket.click()
    expect(page.locator("#timeline")).to_contain_text("Where is my order?")
    expect(page.locator("#main")).to_contain_text(subject)
    _drills_from_the_reddest_hour(desk)


def _drills_from_the_reddest_hour(desk: AtTheDesk) -> None:
    """The heatmap of missed promises: its reddest cell counts as many as stand behind it, each with its ticket."""
    page = desk.page
    desk.opens(REPORT)
    hours = page.locator("#heatmap-breached")
    red = hours.locator("td.h5 a").first
    count, colour = red.inner_text(), red.evaluate("cell => getComputedStyle(cell.parentElement).backgroundColor")
    assert colour != hours.locator("td.h0").first.evaluate("cell => getComputedStyle(cell).backgroundColor")
    red.click()
    expect(page.locator("tr[data-fact]")).to_have_count(int(count))
    ticket = page.locator("tr[data-fact]").filter(has_text="Missed").locator("th a").first
    number = re.findall(r"\d+", ticket.get_attribute("href") or "")[0]
    ticket.click()
    expect(page.locator("#ticket-head")).to_contain_text(f"#{number}")
    expect(page.locator("#timeline")).to_contain_text("missed its target")


def test_manager_narrows_the_report_and_keeps_it_in_the_address(
    live_stack: Stack, cast: Cast, new_page: PageMaker
) -> None:
    make_fortnight(cast)
    desk = at_the_desk(new_page(), cast.mona, live_stack)
    page = desk.page
    desk.opens(REPORT)
    page.get_by_role("combobox", name="Team").select_option(label="Support")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("region", name="Team", exact=True).get_by_role("row")).to_have_count(2)
    assert f"team={cast.support.pk}" in page.url
    assert "from=2026-03-02" in page.url
    page.reload()
    expect(page.get_by_role("combobox", name="Team")).to_have_value(str(cast.support.pk))
    # Without a pointer: the keys read the chart, Enter opens what stands behind the mark.
    chart = page.locator("#chart-count")
    chart.get_by_role("application").focus()
    desk.presses("ArrowRight", "ArrowRight")
    expect(chart.get_by_role("status")).to_have_text(re.compile("^3 Mar: Kept"))
    desk.presses("Enter")
    expect(page).to_have_url(re.compile("counted/.*from=2026-03-03"))
    page.go_back()
    _follows_the_desk(desk, cast)


def _follows_the_desk(desk: AtTheDesk, cast: Cast) -> None:
    """The wallboard hears of a new ticket long before it would look by itself, which is every half minute."""
    page = desk.page
    desk.opens("/reports/wallboard/")
    expect(page.locator("body")).to_have_attribute("data-live", "open")
    opened = page.locator(".figure-tile").filter(has_text="Opened").locator(".figure")
    expect(opened).to_have_text("0")
    customer_writes(cast.mail)
    expect(opened).to_have_text("1", timeout=20_000)
    assert violations(page) == []
