"""A call is promised beside the customer, missed while somebody looks at the ticket, made late, and taken back; and a
customer books one in the chat while an agent looks on."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from callbacks.models import Callback
from callbacks.services.planning import move_callback
from core.clock import now
from tests.browser.agents import at_the_desk
from tests.browser.chats import Customer, violations
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Ticket

# The sweep comes every five seconds, and a busy machine takes its time.
PATIENCE = 25_000

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_agent_promises_a_call_misses_it_calls_late_and_takes_that_back(
    live_stack: Stack, cast: Cast, page: Page
) -> None:
    ticket = new_ticket(cast.mail, subject="Please call me")
    ben = at_the_desk(page, cast.ben, live_stack).opens(f"/tickets/{ticket.number}/?view=all")
    side = page.locator("#callbacks")
    side.get_by_role("link", name="Call back…").click()
    page.get_by_label("Phone").fill("+49 30 901820")
    page.get_by_label("What it is about").fill("Her refund")
    page.get_by_role("button", name="Promise the call").click()
    expect(side).to_contain_text("+49 30 901820")
    expect(ben.timeline).to_contain_text("Ben planned a callback for")
    begun = now() - timedelta(minutes=40)
    Callback.objects.update(starts_at=begun, ends_at=begun + timedelta(minutes=30))
    expect(ben.timeline).to_contain_text("the callback was missed", timeout=PATIENCE)
    expect(side.locator(".badge.bad")).to_have_text("Missed")
    side.get_by_role("button", name="Called").click()
    expect(ben.timeline).to_contain_text("Ben called the customer back, late")
    expect(side.locator(".badge.ok")).to_have_text("Called")
    side.get_by_role("button", name="Undo").click()
    expect(ben.timeline).to_contain_text("took back what was said of the callback")
    poll_until(lambda: Callback.objects.get().state == "missed")
    ben.opens("/callbacks/?whose=team")
    expect(page.locator(".callback-tile")).to_contain_text("Her refund")


def test_customer_books_a_call_in_the_chat_moves_it_and_calls_it_off_before_the_agents_eyes(
    live_stack: Stack, cast: Cast, new_page: PageMaker
) -> None:
    cast.chat.config = {"callbacks": True}
    cast.chat.save()
    # Nine to five here begins at one in the morning there.
    far = new_page(timezone_id="America/Los_Angeles", locale="en-US")
    chat = Customer(far).visits(live_stack.url).opens_the_chat().chat
    chat.get_by_role("button", name="Or have us call you").click()
    expect(chat.locator("#call-title")).to_be_focused()
    suggested = datetime.fromisoformat(chat.locator("#call-time").input_value())
    assert suggested.astimezone(ZoneInfo("America/Los_Angeles")).hour in (8, 9)
    expect(chat.locator("#call-zone")).to_contain_text("America/Los Angeles, P")
    assert violations(chat) == []
    chat.get_by_role("button", name="Book the call").click()
    expect(chat.get_by_label("Phone number")).to_be_focused()
    chat.get_by_label("Phone number").fill("+49 30 901820")
    chat.locator("#call-name").fill("Eva Berg")
    chat.get_by_label("What is it about?").fill("My refund")
    chat.get_by_role("button", name="Book the call").click()
    booked = chat.locator("#booked")
    expect(booked).to_contain_text("+49 30 901820")

    ben = at_the_desk(new_page(), cast.ben, live_stack).opens(f"/tickets/{Ticket.objects.get().number}/?view=all")
    expect(ben.page.locator("#callbacks")).to_contain_text("booked by the customer")
    expect(ben.timeline).to_contain_text("Eva Berg booked a callback for")
    expect(ben.timeline).to_contain_text("Please call me: My refund")
    said = booked.get_by_role("status")
    before = said.inner_text()
    booked.get_by_role("button", name="Change").click()
    chat.get_by_role("button", name="Move the call").click()
    expect(ben.timeline).to_contain_text("Eva Berg agreed on another time for the callback")
    expect(said).to_be_visible()
    expect(said).not_to_have_text(before)
    before = said.inner_text()
    noon = (now() + timedelta(days=3)).replace(hour=12, minute=0)
    callback = Callback.objects.get(state="planned")
    move_callback(callback, starts_at=noon, ends_at=noon + timedelta(minutes=45), actor=cast.ben.as_actor())
    expect(said).not_to_have_text(before)
    booked.get_by_role("button", name="Change").click()
    chat.get_by_role("button", name="Call it off").click()
    expect(said).to_have_text("The call is called off.")
    expect(ben.timeline).to_contain_text("Eva Berg called the callback off")
