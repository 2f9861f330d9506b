"""A manager builds a rule in sentences, tries it, sees it run and explains one ticket; a macro waits for Send."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from routing.models import Rule
from routing.services.macros import MacroDraft, save_macro
from tests.browser.agents import at_the_desk
from tests.browser.held import HeldAnswers
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tickets.models import Ticket

# Covers a lost task too: the sweep comes every ten seconds.
PATIENCE = 25_000

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_manager_builds_a_rule_tries_it_sees_it_run_and_explains_a_ticket(
    live_stack: Stack, cast: Cast, page: Page
) -> None:
    refund = new_ticket(cast.mail, "I want my money back", subject="Order 17")
    new_ticket(cast.mail, "When do you open?", subject="A question")
    mona = at_the_desk(page, cast.mona, live_stack).opens("/settings/rules/new/")
    page.get_by_label("Name").fill("Money first")
    page.get_by_label("What happens").select_option("MessageReceived")
    build_conditions(page)
    page.get_by_label("What is done").select_option("set_priority")
    page.get_by_label("Priority", exact=True).select_option("urgent")

    page.get_by_role("button", name="What would it have touched?").click()
    tried = page.locator("#tried")
    expect(tried).to_contain_text("Of 2 tickets it would have touched 1.")
    tried.locator("summary", has_text="Order 17").click(position={"x": 200, "y": 8})
    expect(tried).to_contain_text("Message text contains money")
    assert not Rule.objects.exists()

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save as version 2")).to_be_visible()
    again = new_ticket(cast.mail, "My money, please", subject="Order 18")
    mona.opens(f"/tickets/{again.number}/?view=all")
    expect(mona.timeline).to_contain_text("The rule “Money first” ran (version 1)", timeout=PATIENCE)
    assert Ticket.objects.get(pk=refund.pk).priority == "normal"

    mona.timeline.get_by_role("link", name="Why?").first.click()
    run = page.locator(".run:target")
    expect(run).to_contain_text("Money first")
    expect(run).to_contain_text("Message text contains money")
    expect(run).to_contain_text("it was My money, please")
    expect(run).to_contain_text("Set the priority to urgent")


def test_what_is_chosen_before_the_editors_script_is_there_counts(live_stack: Stack, cast: Cast, page: Page) -> None:
    at_the_desk(page, cast.mona, live_stack)
    script = HeldAnswers(page, "**/settings/editor*.js")
    page.goto(f"{live_stack.url}/settings/rules/new/", wait_until="commit")
    page.locator("#c0_0-fact").select_option("text")
    script.wait()
    script.release()
    expect(page.locator("#c0_0-value")).to_be_visible()
    expect(page.locator("#c0_0-fact")).to_have_value("text")


def build_conditions(page: Page) -> None:
    """All of: the text contains money, and any of: the channel is mail, or it comes on a Sunday. By keys alone."""
    conditions = page.locator("#conditions")
    page.locator("#c0_0-fact").select_option("text")
    expect(page.locator("#c0_0-op")).to_be_visible()
    page.locator("#c0_0-op").focus()
    page.locator("#c0_0-op").select_option("contains")
    expect(page.locator("#c0_0-value")).to_be_visible()
    expect(page.locator("#c0_0-op")).to_be_focused()
    page.locator("#c0_0-value").fill("money")
    conditions.get_by_role("button", name="Group").press("Enter")
    # The new row has the focus, so that typing goes on where the eye is.
    expect(page.locator("#c0_1_0-fact")).to_be_focused()
    expect(page.locator("#c0_0-value")).to_have_value("money")
    page.locator("#c0_1_0-fact").select_option("channel")
    page.locator("#c0_1_0-value").select_option("email")
    conditions.get_by_role("button", name="Condition", exact=True).first.press("Enter")
    expect(page.locator("#c0_1_1-fact")).to_be_focused()
    page.locator("#c0_1_1-fact").select_option("weekday")
    page.locator("#c0_1_1-value").select_option("7")
    conditions.get_by_role("button", name="Condition", exact=True).last.press("Enter")
    expect(page.locator("#c0_2-fact")).to_be_focused()
    conditions.get_by_role("button", name="Remove this condition").last.press("Enter")
    expect(page.locator("#c0_2-fact")).to_have_count(0)


def test_macro_waits_in_the_draft_until_send(live_stack: Stack, cast: Cast, page: Page) -> None:
    pending = {"action": "set_status", "params": {"status": "pending"}}
    text = {"language": "", "channel": "", "text": "Please send us the order number, {{contact.first_name}}."}
    save_macro(MacroDraft(name="Ask for the number", texts=[text], actions=[pending]))
    ticket = new_ticket(cast.mail)
    ana = at_the_desk(page, cast.ana, live_stack).opens(f"/tickets/{ticket.number}/?view=all")
    ana.composer.fill("Hello,")
    page.keyboard.press("Control+k")
    page.keyboard.type("Use a macro")
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Ask for the number").click()
    expect(ana.composer).to_have_value("Hello,\nPlease send us the order number, Rosa.")
    waiting = page.locator("[data-macros]")
    expect(waiting).to_contain_text("With Send: Set the status to pending")
    ana.opens(f"/tickets/{ticket.number}/?view=all")
    expect(waiting).to_contain_text("Set the status to pending")
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
    page.get_by_role("button", name="Send", exact=True).click()
    expect(ana.timeline).to_contain_text("Ana Ruiz changed status Open → Pending")
    expect(waiting).to_be_hidden()
