"""An agent builds a view from conditions and changes all that match: shown first, followed, stopped, taken back."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect

from tests.browser.agents import AtTheDesk, at_the_desk
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Ticket, View

# Covers a lost task too: the sweep comes every ten seconds.
PATIENCE = 25_000

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_agent_saves_a_view_and_changes_all_that_match_it(live_stack: Stack, cast: Cast, page: Page) -> None:
    orders = [new_ticket(cast.mail, subject=f"Order {number}") for number in (1, 2, 3)]
    other = new_ticket(cast.mail, subject="A question")
    ana = at_the_desk(page, cast.ana, live_stack).opens("/tickets/?view=all")
    _saves_the_view(page)
    expect(page.locator("#tickets > .row")).to_have_count(3)
    assert View.objects.get().owner == cast.ana

    shown = _asks_for_urgent(ana)
    expect(shown).to_contain_text("3 tickets of the view Orders")
    expect(shown).to_contain_text("now: Normal")
    shown.get_by_role("button", name="Cancel").click()
    assert _priorities() == ["normal"] * 4
    _asks_for_urgent(ana, is_chosen=True).get_by_role("button", name="Change 3 tickets").click()
    toasts = page.locator("#toasts")
    expect(toasts).to_contain_text("done, 3 tickets changed", timeout=PATIENCE)
    assert _priorities() == ["urgent"] * 3 + ["normal"]
    toasts.get_by_role("button", name="Undo").last.click()
    expect(toasts).to_contain_text("Undo: Set the priority to urgent (Orders): done", timeout=PATIENCE)
    assert _priorities() == ["normal"] * 4

    with transaction.atomic():
        # Whoever holds the second ticket holds up the change, so that there is something to stop.
        Ticket.objects.select_for_update().get(pk=orders[1].pk)
        _asks_for_urgent(ana).get_by_role("button", name="Change 3 tickets").click()
        running = toasts.get_by_role("status").filter(has_text="1 of 3")
        running.get_by_role("button", name="Stop").click(timeout=PATIENCE)
        expect(toasts).to_contain_text("stopped, 1 ticket changed", timeout=PATIENCE)
    toasts.get_by_role("button", name="Undo").last.click()
    poll_until(lambda: _priorities() == ["normal"] * 4)
    ana.opens("/bulk/")
    expect(page.locator("main")).to_contain_text("Set the priority to urgent (Orders)")
    assert Ticket.objects.get(pk=other.pk).priority == "normal"


def _saves_the_view(page: Page) -> None:
    page.get_by_role("link", name=re.compile("new view", re.I)).first.click()
    page.get_by_label("Name").fill("Orders")
    page.locator("#c0_0-fact").select_option("subject")
    page.locator("#c0_0-op").select_option("contains")
    page.locator("#c0_0-value").fill("order")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    page.wait_for_selector("html[data-started]")


def _asks_for_urgent(ana: AtTheDesk, *, is_chosen: bool = False) -> Locator:
    """Up to the dialog that shows what would be done."""
    page = ana.page
    if not is_chosen:
        ana.row("Order 1").get_by_role("checkbox").check(force=True)
        page.get_by_role("button", name="All that match").click()
        expect(page.locator("#bulk")).to_contain_text("All 3 selected")
    page.locator("#bulk").get_by_role("button", name="Priority").click()
    page.get_by_role("option", name="Urgent").click()
    shown = page.get_by_role("dialog", name="Set the priority to urgent")
    expect(shown).to_be_visible()
    return shown


def _priorities() -> list[str]:
    return list(Ticket.objects.order_by("pk").values_list("priority", flat=True))
