"""A promise is missed while people look at the desk: the list, the ticket and the bell tell it by themselves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from notifications.selectors.bell import bell_of
from routing.services.defaults import make_rules
from sla.models import Metric
from sla.services.policies import PolicyDraft, save_policy
from tests.browser.test_live import come_in
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tickets.services import changes

# Covers a lost task too: the sweep comes every ten seconds.
PATIENCE = 25_000

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_breach_escalates_live_in_the_list_on_the_ticket_and_in_the_bell(
    live_stack: Stack, cast: Cast, page: Page
) -> None:
    make_rules()
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 6, (str(Metric.FIRST_RESPONSE), "high"): 6}
    ticket = new_ticket(cast.mail, subject="A question nobody answers")
    changes.assign(ticket, agent=cast.ben, actor=cast.ben.as_actor())
    come_in(page, cast.ana, live_stack.url, f"/tickets/{ticket.number}/?view=all")
    page.evaluate("window.isSamePage = true")
    bell = page.locator("[data-bell] .count")
    expect(bell).to_be_hidden()
    # However long the page took: only now is there a promise.
    save_policy(PolicyDraft(name="At once", targets=targets, warnings=[{"percent": 50}]))
    timeline = page.locator("#timeline")
    expect(timeline).to_contain_text("First reply missed its target", timeout=PATIENCE)
    expect(timeline).to_contain_text("The rule “Escalate missed deadlines” assigned Ana Ruiz", timeout=PATIENCE)
    row = page.locator(f"#t{ticket.pk}")
    expect(row).to_contain_text("High priority")
    expect(row.locator(".sla[data-state=late]")).to_be_attached()
    expect(page.locator("#ticket-head .sla")).to_have_attribute("data-state", "late")
    expect(bell).to_have_text("2")
    assert [line.kind for line in bell_of(cast.ana).notifications] == ["assigned", "sla_breached"]
    assert page.evaluate("window.isSamePage")


def test_missed_deadline_walks_its_path_on_two_screens(
    live_stack: Stack, cast: Cast, page: Page, new_page: PageMaker
) -> None:
    path = ("notify_assignee", "assign_lead", "notify_managers")
    steps = [{"after_minutes": 0, "action": action} for action in path]
    targets = {(str(Metric.FIRST_RESPONSE), "normal"): 5}
    ticket = new_ticket(cast.mail, subject="A question nobody answers")
    changes.assign(ticket, agent=cast.ben, actor=cast.ben.as_actor())
    managers = new_page()
    come_in(page, cast.ben, live_stack.url, f"/tickets/{ticket.number}/?view=all")
    come_in(managers, cast.mona, live_stack.url, f"/tickets/{ticket.number}/?view=all")
    for screen in (page, managers):
        expect(screen.locator("#timeline")).not_to_contain_text("missed")
        screen.evaluate("window.isSamePage = true")
    # Only now is there a promise, and soon it is broken: all that follows comes to screens that are open already.
    save_policy(PolicyDraft(name="At once", targets=targets, warnings=(), escalation=steps))
    for screen in (page, managers):
        timeline = screen.locator("#timeline")
        expect(timeline).to_contain_text("Notify the managers", timeout=PATIENCE)
        expect(timeline).to_contain_text("(At once) was missed just now; step 3 of 3")
        for step in (1, 2, 3):
            expect(timeline).to_contain_text(f"step {step} of 3")
        expect(screen.locator("#ticket-head")).to_contain_text("Ana Ruiz")
        for shown in (f"#t{ticket.pk} .sla[data-state=late]", "#ticket-head .sla"):
            expect(screen.locator(shown)).to_have_attribute("title", re.compile("^Escalated: .* step 3 of 3$"))
        assert screen.evaluate("window.isSamePage")
    expect(managers.locator("[data-bell] .count")).to_have_text("1")
    (line,) = bell_of(cast.mona).notifications
    assert (line.kind, line.text.endswith("step 3 of 3")) == ("sla_escalated", True)
    assert {line.kind for line in bell_of(cast.ben).notifications} >= {"sla_breached", "sla_escalated", "unassigned"}
