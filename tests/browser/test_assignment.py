"""Who gets which ticket, as agents see it: taking the next, a chat that rings on, what goes back, why one waits."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from people.models import Agent, Team
from tests.browser.agents import AtTheDesk, at_the_desk
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Ticket

# Sweeps come every five seconds, two may be needed, and a busy machine takes its time.
PATIENCE = 40_000

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def owner_of(ticket: Ticket) -> str:
    assignee = Ticket.objects.select_related("assignee").get(pk=ticket.pk).assignee
    return assignee.name if assignee else ""


def says_they_are(desk: AtTheDesk, word: str) -> None:
    choice = desk.page.locator(f"[data-availability={word}]")
    if not choice.is_visible():
        desk.page.locator("[popovertarget=me-menu]").click()
    choice.click()
    expect(desk.page.locator("[data-my-availability]")).to_have_class(f"dot {word}")


def test_chat_rings_on_to_the_next_agent_goes_back_when_they_leave_and_says_why_it_waits(
    live_stack: Stack, cast: Cast, page: Page, new_page: PageMaker
) -> None:
    waiting = new_ticket(cast.mail, subject="A question of the morning")
    ana = at_the_desk(page, cast.ana, live_stack).opens(f"/tickets/{waiting.number}/?view=all")
    expect(page.locator("#waiting")).to_contain_text("Support hands nothing out: somebody takes it.")
    ana.opens("/tickets/?view=all")
    ana.presses("Shift+I")
    expect(page.locator("#ticket-head")).to_contain_text("A question of the morning")
    assert owner_of(waiting) == "Ana Ruiz"

    ben = at_the_desk(new_page(), cast.ben, live_stack).opens("/tickets/?view=all")
    says_they_are(ana, "available")
    says_they_are(ben, "away")
    Team.objects.filter(pk=cast.support.pk).update(strategy="round_robin", ring_seconds=4, hand_back_minutes=0)
    chat = new_ticket(cast.chat, "Is anybody there?", subject="A chat")
    poll_until(lambda: owner_of(chat) == "Ana Ruiz", PATIENCE / 1000)
    ana.opens(f"/tickets/{chat.number}/?view=all")
    says_they_are(ben, "available")
    expect(ana.timeline).to_contain_text("not answered by Ana Ruiz within 4 s", timeout=PATIENCE)
    expect(page.locator("#ticket-head")).to_contain_text("Ben", timeout=PATIENCE)
    expect(ben.page.locator("[data-bell] .count")).to_be_visible()

    says_they_are(ana, "away")
    says_they_are(ben, "away")
    expect(ana.timeline).to_contain_text("unassigned Ben", timeout=PATIENCE)
    expect(page.locator("#waiting")).to_contain_text("Nobody who could take it is here now.", timeout=PATIENCE)
    expect(page.locator("#waiting")).to_contain_text("Ben: away")

    row = ben.page.locator(f"#t{chat.pk} .marks")
    expect(row).to_contain_text("nobody here", timeout=PATIENCE)
    Agent.objects.filter(pk=cast.ben.pk).update(capacity=0)
    says_they_are(ben, "available")
    expect(row).to_contain_text("all full", timeout=PATIENCE)
    expect(row.locator(".avatar.none")).to_have_attribute("title", re.compile("has as much as they hold"))
