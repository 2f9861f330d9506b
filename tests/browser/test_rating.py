"""A customer rates from a mail; the agent sees it where they are, and whoever takes care of it hears the bell."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from csat.models import Recovery
from csat.services.surveys import SurveyDraft, save_survey
from notifications.selectors.bell import bell_of
from tests.browser.agents import at_the_desk
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket
from tests.desk import agent_replies
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Message
from tickets.services import changes

pytestmark = [pytest.mark.browser, pytest.mark.stack]

PATIENCE = 25_000


def test_unhappy_customer_is_seen_at_once_and_taken_care_of(
    live_stack: Stack, cast: Cast, page: Page, new_page: PageMaker
) -> None:
    save_survey(SurveyDraft(name="After every ticket", delay_minutes=0, recovery_agent=cast.mona))
    ticket = new_ticket(cast.mail)
    agent_replies(ticket, cast.ana)
    changes.set_status(ticket, status="resolved", actor=cast.ana.as_actor())
    ana = at_the_desk(new_page(), cast.ana, live_stack).opens(f"/tickets/{ticket.number}/")
    mona = at_the_desk(new_page(), cast.mona, live_stack).opens(f"/tickets/{ticket.number}/")
    question = poll_until(lambda: Message.objects.filter(ticket=ticket, is_automatic=True).first(), 25)
    assert question is not None
    link = next(line for line in question.text.splitlines() if line.endswith("?score=2")).rpartition(": ")[2]

    page.goto(f"{live_stack.url}/{link.partition('://')[2].partition('/')[2]}")
    expect(page.get_by_role("radio", name="Bad", exact=True)).to_be_checked()
    page.get_by_label("Would you like to tell us why?").fill("I had to ask <b>three</b> times.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading")).to_contain_text("will get in touch with you")

    expect(ana.timeline).to_contain_text("rated: 2 of 5", timeout=PATIENCE)
    expect(ana.timeline).to_contain_text("I had to ask <b>three</b> times.")
    expect(ana.timeline).to_contain_text("Mona gets in touch with the unhappy customer")
    expect(mona.page.locator("[data-bell] .count")).to_have_text("1", timeout=PATIENCE)
    assert [line.kind for line in bell_of(cast.mona).notifications] == ["bad_rating"]

    mona.page.get_by_role("link", name="Say what came of it").click()
    mona.page.get_by_label("What came of it").select_option(label="The customer is content now")
    mona.page.get_by_label("What had gone wrong").select_option(label="It took too long")
    mona.page.get_by_role("button", name="Save").click()
    expect(ana.timeline).to_contain_text("Mona settled the bad rating", timeout=PATIENCE)
    assert not Recovery.objects.get(ticket=ticket).is_open
