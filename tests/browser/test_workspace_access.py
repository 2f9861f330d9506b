"""Every page of the workspace passes axe-core in light and dark, and fits a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from people.models import Agent
from tests.browser.agents import at_the_desk
from tests.browser.chats import violations
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tickets.services import changes, messages

pytestmark = [pytest.mark.browser, pytest.mark.stack]

PAGES = (
    "/tickets/?view=all", "/tickets/?view=snoozed", "/search/?q=refund", "/contacts/", "/notifications/", "/problems/",
    "/settings/", "/settings/canned/new/", "/settings/teams/", "/settings/inboxes/", "/tickets/new/",
)  # fmt: skip


def addresses(cast: Cast) -> list[str]:
    ticket = new_ticket(cast.mail, html="<p>Where is my <b>refund</b>?</p>")
    changes.assign(ticket, agent=cast.mona, actor=cast.mona.as_actor())
    messages.add_note(ticket, text="Ask @Ben", actor=cast.mona.as_actor())
    return [f"/tickets/{ticket.number}/", f"/contacts/{ticket.contact_id}/", *PAGES]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_pass_axe(live_stack: Stack, cast: Cast, new_page: PageMaker, scheme: str) -> None:
    manager: Agent = cast.mona
    desk = at_the_desk(new_page(color_scheme=scheme), manager, live_stack)
    found: list[str] = []
    for address in addresses(cast):
        desk.opens(address)
        if "/tickets/1" in address:
            expect(desk.page.locator("#side .person")).to_be_visible()
        found += [f"{address}: {text}" for text in violations(desk.page)]
    assert not found, "\n".join(found)


def test_door_passes_axe(live_stack: Stack, new_page: PageMaker) -> None:
    page = new_page()
    page.goto(f"{live_stack.url}/accounts/login/")
    assert violations(page) == []


def test_pages_fit_a_narrow_screen(live_stack: Stack, cast: Cast, new_page: PageMaker) -> None:
    desk = at_the_desk(new_page(viewport={"width": 320, "height": 640}), cast.mona, live_stack)
    wide: list[str] = []
    for address in addresses(cast):
        desk.opens(address)
        expect(desk.page.locator("#main")).to_be_visible()
        overflow = desk.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            wide.append(f"{address} by {overflow} px")
    assert not wide, wide
