"""Live stories: the screen follows the desk, survives every gap, and never moves under a hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from people.models import Agent
from tests.browser.held import HeldAnswers
from tests.browser.relay import Relay
from tests.browsers import PageMaker
from tests.cast import Cast, new_ticket, receive
from tests.live.sockets import signed_in
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.inbound import Clues
from tickets.services import changes, messages

pytestmark = [pytest.mark.browser, pytest.mark.stack]

OPEN = "body[data-live=open]"
# Notes in the page itself when the connection was back and when each thing was right, in milliseconds.
NOTE_WHEN = """([row, gone, text]) => {
  window.at = {};
  window.told = [];
  const note = (name, isSo) => isSo && (window.at[name] ??= performance.now());
  const look = () => {
    window.told.push(document.querySelector("#connection").textContent);
    note("open", document.body.dataset.live === "open");
    note("row", document.getElementById(row));
    note("gone", document.getElementById(gone)?.matches(".leaving"));
    note("entry", document.querySelector("#timeline").textContent.includes(text));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}"""


@pytest.fixture
def relay(live_stack: Stack) -> Iterator[Relay]:
    wire = Relay(live_stack.port)
    yield wire
    wire.close()


def come_in(page: Page, agent: Agent, url: str, path: str = "/tickets/?view=all") -> Page:
    """The agent's page, with its socket open."""
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(agent), "url": url}])
    page.goto(url + path)
    expect(page.locator(OPEN)).to_be_attached()
    page.mouse.move(1300, 880)
    return page


def test_letter_appears_in_the_list_and_the_open_ticket_without_reload(
    live_stack: Stack, cast: Cast, page: Page
) -> None:
    older = new_ticket(cast.mail, "older", subject="An older one")
    ticket = new_ticket(cast.mail, subject="A lost parcel")
    come_in(page, cast.ana, live_stack.url)
    page.evaluate("window.isSamePage = true")
    expect(page.locator("#tickets > .row").first).to_have_id(f"t{ticket.pk}")
    fresh = new_ticket(cast.mail, "brand new", subject="A brand-new question")
    expect(page.locator("#tickets > .row").first).to_have_id(f"t{fresh.pk}")
    receive(cast.mail, "anything new?", clues=Clues(reply_token_ticket_id=older.pk))
    expect(page.locator("#tickets > .row").first).to_have_id(f"t{older.pk}")
    expect(page.locator("[data-count=all]")).to_have_text("3")
    changes.set_status(ticket, status="resolved", actor=cast.ben.as_actor())
    expect(page.locator(f"#t{ticket.pk}")).to_contain_text("Moved to resolved")
    page.locator(f"#t{fresh.pk} .row-link").click()
    messages.add_note(fresh, text="Ben knows this one", actor=cast.ben.as_actor())
    expect(page.locator("#timeline")).to_contain_text("Ben knows this one")
    assert page.evaluate("window.isSamePage")


def test_note_that_comes_while_the_ticket_is_on_its_way_to_the_screen_is_shown(
    live_stack: Stack, cast: Cast, page: Page
) -> None:
    """A ticket is fetched when the pointer comes near; what happens until the click must not be missed."""
    come_in(page, cast.ana, live_stack.url)
    ticket = new_ticket(cast.mail)
    expect(page.locator(f"#t{ticket.pk}")).to_be_visible()
    # The desk listens now, so this page asks once, at its greeting, and then relies on what it is told.
    with page.expect_response("**/live/changes/**"):
        page.reload()
        expect(page.locator(OPEN)).to_be_attached()
    pane = HeldAnswers(page, "**/pane/")
    # The look for gaps, now and then, would find it too.
    page.route("**/live/changes/**", lambda route: route.abort())
    row = page.locator(f"#t{ticket.pk}")
    row.locator(".row-link").click()
    pane.wait()
    messages.add_note(ticket, text="Said meanwhile", actor=cast.ben.as_actor())
    ticket.refresh_from_db()
    expect(row).to_have_attribute("data-seq", str(ticket.last_seq))
    pane.release()
    expect(page.locator("#timeline")).to_contain_text("Said meanwhile")


def test_rows_wait_behind_a_pill_while_the_pointer_is_over_the_list(live_stack: Stack, cast: Cast, page: Page) -> None:
    first, second = new_ticket(cast.mail, "one"), new_ticket(cast.mail, "two")
    come_in(page, cast.ana, live_stack.url)
    page.hover(f"#t{first.pk}")
    fresh = new_ticket(cast.mail, "three", subject="Under the hand")
    expect(page.locator("#pill-new")).to_have_text("1 new")
    changes.set_priority(first, priority="urgent", actor=cast.ben.as_actor())
    expect(page.locator(f"#t{first.pk}")).to_contain_text("Urgent priority")
    ids = page.eval_on_selector_all("#tickets > .row", "rows => rows.map((row) => row.id)")
    assert ids == [f"t{second.pk}", f"t{first.pk}"]
    page.locator("#pill-new").click()
    expect(page.locator("#tickets > .row").first).to_have_id(f"t{fresh.pk}")
    expect(page.locator("#pill-new")).to_be_hidden()


def test_dropped_socket_is_silent_then_told_and_the_screen_is_right_once_it_is_back(
    live_stack: Stack, relay: Relay, cast: Cast, page: Page
) -> None:
    ticket = new_ticket(cast.mail, subject="Open on the screen")
    leaving = new_ticket(cast.mail, "leaving", subject="Will be resolved")
    come_in(page, cast.ana, relay.url, f"/tickets/{ticket.number}/?view=all")
    expect(page.locator(f"#t{leaving.pk}")).to_be_visible()
    relay.cut()
    expect(page.locator("#connection")).to_have_text("Reconnecting… drafts are safe")
    fresh = new_ticket(cast.mail, "while away", subject="While the wire was cut")
    changes.set_status(leaving, status="resolved", actor=cast.ben.as_actor())
    messages.add_note(ticket, text="Said while you were away", actor=cast.ben.as_actor())
    page.evaluate(NOTE_WHEN, [f"t{fresh.pk}", f"t{leaving.pk}", "Said while you were away"])
    relay.mend()
    at = poll_until(lambda: page.evaluate("Object.keys(window.at).length === 4 && window.at"), 16)
    # A fraction of a second, but a busy machine takes its time; the next look by itself is a minute away.
    assert max(at["row"], at["gone"], at["entry"]) - at["open"] < 5_000, at
    poll_until(lambda: re.search("Caught up|Connected again", page.evaluate("window.told.join()")))
    expect(page.locator("#connection")).to_have_text("")


def test_network_that_says_it_is_back_is_tried_at_once(live_stack: Stack, relay: Relay, cast: Cast, page: Page) -> None:
    """The clock of the page stands still, so that no pause between two tries ends by itself."""
    page.context.add_init_script("delete window.SharedWorker")
    page.clock.install()
    come_in(page, cast.ana, relay.url)
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    relay.cut()
    expect(page.locator("body[data-live=lost]")).to_be_attached()
    relay.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(OPEN)).to_be_attached()


def test_restarted_server_is_found_again_and_nothing_was_missed(live_stack: Stack, cast: Cast, page: Page) -> None:
    come_in(page, cast.ana, live_stack.url)
    live_stack.stop("web")
    fresh = new_ticket(cast.mail, subject="During the restart")
    live_stack.start("web")
    # Whoever waited long for the server is back within the longest pause between two tries, 15 seconds.
    expect(page.locator(f"#t{fresh.pk}")).to_be_visible(timeout=25_000)


def test_two_agents_see_each_other_at_a_ticket(live_stack: Stack, cast: Cast, new_page: PageMaker) -> None:
    ticket = new_ticket(cast.mail)
    path = f"/tickets/{ticket.number}/"
    ana = come_in(new_page(), cast.ana, live_stack.url, path)
    ben = come_in(new_page(), cast.ben, live_stack.url, path)
    expect(ana.locator("#presence")).to_have_text("Ben is viewing")
    expect(ben.locator("#presence")).to_have_text("Ana Ruiz is viewing")
    ben.locator("#composer-text").press_sequentially("I will")
    expect(ana.locator("#presence")).to_have_text("Ben is typing a reply")
    ben.close()
    expect(ana.locator("#presence")).to_have_text("")


def test_two_windows_of_one_browser_share_a_socket_and_both_follow(live_stack: Stack, cast: Cast, page: Page) -> None:
    come_in(page, cast.ana, live_stack.url)
    second = page.context.new_page()
    second.goto(f"{live_stack.url}/tickets/?view=unassigned")
    expect(second.locator(OPEN)).to_be_attached()
    ticket = new_ticket(cast.mail)
    expect(second.locator(f"#t{ticket.pk}")).to_be_visible()
    expect(page.locator(f"#t{ticket.pk}")).to_be_visible()


def test_page_without_shared_workers_follows_all_the_same(live_stack: Stack, cast: Cast, page: Page) -> None:
    page.context.add_init_script("delete window.SharedWorker")
    come_in(page, cast.ana, live_stack.url)
    second = page.context.new_page()
    second.goto(f"{live_stack.url}/tickets/?view=all")
    expect(second.locator(OPEN)).to_be_attached()
    ticket = new_ticket(cast.mail)
    for window in (page, second):
        expect(window.locator(f"#t{ticket.pk}")).to_be_attached()
    page.close()
    expect(second.locator(OPEN)).to_be_attached()
    another = new_ticket(cast.mail, "another")
    expect(second.locator(f"#t{another.pk}")).to_be_visible()


def test_deactivated_agent_is_told_and_hears_nothing_more(live_stack: Stack, cast: Cast, new_page: PageMaker) -> None:
    ana = come_in(new_page(), cast.ana, live_stack.url)
    ben = come_in(new_page(), cast.ben, live_stack.url)
    Agent.objects.filter(pk=cast.ana.pk).update(is_active=False)
    expect(ana.locator("#connection")).to_contain_text("You are signed out")
    fresh = new_ticket(cast.mail, "the canary")
    expect(ben.locator(f"#t{fresh.pk}")).to_be_visible()
    expect(ana.locator(f"#t{fresh.pk}")).to_have_count(0)
