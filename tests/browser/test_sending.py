"""Stories of what leaves: a reply that waits for its time, one that came back and is sent again, an inbox tried out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.clock import now
from tests.browser.agents import at_the_desk
from tests.browsers import PageMaker
from tests.cast import Cast, last_message, new_ticket
from tests.desk import agent_replies
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Message, ScheduledReply
from tickets.services import outbox

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def desk(live_stack: Stack, cast: Cast) -> Stack:
    return live_stack


def test_reply_is_scheduled_taken_back_scheduled_again_and_leaves_by_itself(
    desk: Stack, cast: Cast, new_page: PageMaker
) -> None:
    ticket = new_ticket(cast.mail)
    ana = at_the_desk(new_page(), cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    ben = at_the_desk(new_page(), cast.ben, desk).opens(f"/tickets/{ticket.number}/")
    later = ana.page.get_by_role("button", name="Send later")
    ana.composer.fill("Good morning!")
    later.click()
    ana.page.get_by_role("option", name="Tomorrow morning").click()
    waiting = ana.page.locator(".scheduled")
    expect(waiting).to_contain_text("Your reply leaves")
    expect(ana.composer).to_have_value("")
    expect(ben.page.locator(".scheduled")).to_contain_text("Ana Ruiz")
    waiting.get_by_role("button", name="Take back").click()
    expect(ana.composer).to_have_value("Good morning!")
    expect(ben.page.locator(".scheduled")).to_have_count(0)

    later.click()
    ana.page.get_by_role("option", name="In one hour").click()
    expect(waiting).to_contain_text("Good morning!")
    ScheduledReply.objects.filter(state="waiting").update(send_at=now() - timedelta(seconds=1))
    poll_until(lambda: Message.objects.filter(ticket=ticket, text="Good morning!").first(), 20)
    expect(ana.timeline.locator(".msg.out", has_text="Good morning!")).to_be_visible()
    expect(waiting).to_have_count(0)


def test_agent_far_from_the_browsers_clock_chooses_by_their_own(desk: Stack, cast: Cast, page: Page) -> None:
    soon = now() + timedelta(days=20)
    cast.ana.time_zone = "Asia/Tokyo"
    cast.ana.save(update_fields=["time_zone"])
    ticket = new_ticket(cast.mail)
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    ana.composer.fill("Good morning!")
    page.get_by_role("button", name="Send later").click()
    offers = page.get_by_role("option")
    expect(offers.filter(has_text="Tomorrow morning")).to_contain_text("09:00")
    expect(offers.last).to_be_in_viewport(ratio=1)
    page.get_by_role("combobox", name="Send this reply later").fill(f"{soon:%Y-%m-%d} 09:30")
    offers.filter(has_text="09:30").click()
    expect(page.locator(".scheduled")).to_contain_text("09:30")
    waiting = ScheduledReply.objects.get(ticket=ticket)
    assert f"{waiting.send_at:%Y-%m-%d %H:%M}" == f"{soon:%Y-%m-%d} 00:30"


def test_reply_that_came_back_says_why_and_is_sent_again(desk: Stack, cast: Cast, page: Page) -> None:
    ticket = new_ticket(cast.mail)
    reply = agent_replies(ticket, cast.ana, "Here it is.")
    poll_until(lambda: Message.objects.filter(pk=reply.pk, delivery="sent").exists(), 15)
    reply.refresh_from_db()
    outbox.record_receipt(reply, delivery="failed", reason="rosa@example.net did not get it: mailbox full")
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    failed = ana.timeline.locator(".msg.out", has_text="Here it is.")
    expect(failed).to_contain_text("Bounced: rosa@example.net did not get it: mailbox full")
    failed.get_by_role("button", name="Try again").click()
    expect(failed.locator(".delivery.sent")).to_be_visible()


def test_manager_empties_a_message_and_agents_are_not_asked(desk: Stack, cast: Cast, new_page: PageMaker) -> None:
    ticket = new_ticket(cast.mail, "My card is 4111-1111-1111-1111")
    ana = at_the_desk(new_page(), cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    ana.timeline.get_by_text("Details").first.click()
    expect(ana.page.get_by_role("button", name="Remove for good…")).to_be_hidden()
    mona = at_the_desk(new_page(), cast.mona, desk).opens(f"/tickets/{ticket.number}/")
    mona.timeline.get_by_text("Details").first.click()
    mona.page.get_by_role("button", name="Remove for good…").click()
    mona.page.get_by_role("option", name="Remove its words and files for good").click()
    expect(mona.timeline.get_by_text("Mona removed this on")).to_be_visible()
    expect(ana.timeline.get_by_text("4111")).to_have_count(0)
    assert "4111" not in last_message(ticket).text


def test_admin_sets_an_inbox_up_and_tries_it_out(desk: Stack, cast: Cast, page: Page) -> None:
    at_the_desk(page, cast.ada, desk).opens(f"/settings/inboxes/{cast.mail.pk}/")
    page.get_by_label("Signature").fill("{{agent.secret}}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no blank {{agent.secret}}.")).to_be_visible()
    page.get_by_label("Signature").fill("{{agent.name}}, {{inbox.name}}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Check everything").click()
    server = page.locator(".check-line", has_text="Outgoing mail server")
    expect(server).to_contain_text("lets us in", timeout=20_000)
    expect(page.locator(".check-line", has_text="Test mail")).to_contain_text("came back", timeout=20_000)
