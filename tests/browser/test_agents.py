"""Agents' stories: mail answered, answers that collide, words that survive, a morning without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import at_the_desk, mail_from
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def desk(live_stack: Stack, cast: Cast) -> Stack:
    return live_stack


def test_mail_arrives_and_is_answered_into_the_customers_mailbox(desk: Stack, cast: Cast, page: Page) -> None:
    cast.ana.undo_seconds = 0
    cast.ana.save()
    ana = at_the_desk(page, cast.ana, desk).opens("/tickets/?view=unassigned")
    expect(page.get_by_text("Everybody is being looked after.")).to_be_visible()
    mail_from("Vera Lund <vera@mail.example>", cast.mail.address, subject="Broken cup", text="It broke.", stack=desk)
    expect(ana.row("Broken cup")).to_be_visible()
    ana.row("Broken cup").click()
    expect(ana.timeline.get_by_text("It broke.")).to_be_visible()
    ana.presses("r")
    ana.composer.fill("A new cup is on its way.")
    ana.presses("Control+Enter")
    expect(ana.timeline.locator(".msg.out", has_text="A new cup is on its way.")).to_be_visible()
    expect(ana.timeline.locator(".delivery.sent")).to_be_visible()
    page.goto(f"{desk.url}/demo/mail/")
    page.get_by_text("vera@mail.example").first.click()
    expect(page.get_by_text("A new cup is on its way.").first).to_be_visible()


def test_two_agents_collide_and_the_second_decides(desk: Stack, cast: Cast, new_page: PageMaker) -> None:
    ticket = new_ticket(cast.mail)
    ana = at_the_desk(new_page(), cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    ben = at_the_desk(new_page(), cast.ben, desk).opens(f"/tickets/{ticket.number}/")
    # Ben's page hears nothing of Ana's answer: the guard must hold without the socket.
    ben.page.route("**/after/**", lambda route: route.abort())
    ben.composer.fill("Ben's answer")
    ana.composer.fill("Ana's answer")
    ana.presses("Control+Enter")
    expect(ana.timeline.locator(".msg.out:not(.ghost)", has_text="Ana's answer")).to_be_visible()
    ben.presses("Control+Enter")
    guard = ben.page.get_by_role("alert").filter(has_text="Ana Ruiz wrote in the meantime")
    expect(guard).to_be_visible()
    expect(ben.composer).to_have_value("Ben's answer")
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 1
    guard.get_by_role("button", name="Send anyway").click()
    expect(ben.timeline.locator(".msg.out", has_text="Ben's answer")).to_be_visible()


def test_words_survive_a_reload_and_stay_with_their_ticket(desk: Stack, cast: Cast, page: Page) -> None:
    first = new_ticket(cast.mail, "The first question", subject="First")
    new_ticket(cast.mail, "The second question", subject="Second")
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{first.number}/?view=all")
    ana.composer.fill("Half a sentence")
    expect(ana.row("First").locator(".pencil")).to_be_visible()
    page.reload()
    expect(ana.composer).to_have_value("Half a sentence")
    ana.row("Second").click()
    expect(ana.timeline.get_by_text("The second question")).to_be_visible()
    expect(ana.composer).to_have_value("")
    page.go_back()
    expect(ana.composer).to_have_value("Half a sentence")


def test_undo_brings_the_words_back(desk: Stack, cast: Cast, page: Page) -> None:
    ticket = new_ticket(cast.mail)
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    ana.composer.fill("Too early")
    ana.presses("Control+Shift+Enter")
    page.get_by_role("button", name="Undo").click()
    expect(ana.composer).to_have_value("Too early")
    expect(ana.timeline.locator(".msg.out")).to_have_count(0)
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert Message.objects.get(ticket=ticket, direction="out").delivery == "retracted"


def test_agent_triages_without_a_mouse(desk: Stack, cast: Cast, page: Page) -> None:
    for subject in ("Alpha", "Beta", "Gamma"):
        new_ticket(cast.mail, f"About {subject}", subject=subject)
    ana = at_the_desk(page, cast.ana, desk).opens("/tickets/?view=all")
    expect(ana.row("Alpha")).to_be_visible()
    ana.presses("j", "Enter")
    expect(ana.timeline.get_by_text("About Gamma")).to_be_visible()
    ana.presses("i")
    expect(page.get_by_role("button", name="Assignee: Ana Ruiz")).to_be_visible()
    ana.presses("p")
    page.keyboard.type("urg")
    ana.presses("Enter")
    expect(page.get_by_role("button", name="Priority: Urgent")).to_be_visible()
    ana.presses("j")
    expect(ana.timeline.get_by_text("About Beta")).to_be_visible()
    ana.presses("n")
    page.keyboard.type("Look @be")
    expect(page.get_by_role("option", name="Ben")).to_be_visible()
    ana.presses("Enter", "Control+Enter")
    expect(ana.timeline.locator(".msg.note .mention")).to_have_text("@Ben")
    ana.presses("Escape", "Escape", "x", "j", "x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    ana.presses("t")
    page.keyboard.type("cups")
    ana.presses("Enter", "Escape")
    poll_until(lambda: Ticket.objects.filter(tags=["cups"]).count() == 2)
    ana.presses("Control+k")
    page.keyboard.type("resolved")
    ana.presses("Enter")
    expect(page.get_by_role("heading", name="Resolved")).to_be_visible()


def test_note_looks_unmistakably_different(desk: Stack, cast: Cast, page: Page) -> None:
    ticket = new_ticket(cast.mail)
    ana = at_the_desk(page, cast.ana, desk).opens(f"/tickets/{ticket.number}/")
    colour = "el => getComputedStyle(el).backgroundColor"
    plain = page.locator("#composer").evaluate(colour)
    ana.presses("n")
    expect(page.get_by_text("The customer will not see this")).to_be_visible()
    expect(page.get_by_role("button", name="Add note")).to_be_visible()
    assert page.locator("#composer").evaluate(colour) != plain
    ana.presses("Escape", "r")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
