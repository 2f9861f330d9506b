"""Every page that a person can reach is looked at; the list is made from the addresses, so a new page is in it."""

from __future__ import annotations

import time
from functools import partial

import pytest
from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from playwright.sync_api import Page, Route, expect

from tests.addresses import routes
from tests.browser.agents import at_the_desk
from tests.browser.full_desk import FullDesk, furnish
from tests.browser.looks import NARROW, WIDE, Looks
from tests.cast import Cast
from tests.stack import Stack
from tests.waiting import poll_until

pytestmark = [pytest.mark.browser, pytest.mark.stack]

# Addresses without a page of their own, and why. What answers no GET, or with no HTML page, is no page anyway.
NOT_PAGES = {
    "workspace:home": "leads to the list",
    "reports:chart": "a file of one chart",
    "workspace:ticket-earlier": "asked by the ticket's script, with a seq",
    "workspace:live-changes": "asked by the list's script, with a cursor",
    "workspace:message-body": "a customer's own mail, in a frame without scripts",
    "portal:demo-mail-html": "a mail's own content, in a frame without scripts",
    "portal:demo-mail-file": "a file, and this mail has none",
    "portal:chat-file": "a file of a chat",
    "portal:linked-file": "a file behind a signed link",
    "portal:shop": "another site; looked at with its chat in test_chat.py",
    "channels_in:hook": "programs call it",
    "workspace:rule-run-why": "leads from a line of the timeline to the page of reasons",
    "workspace:ticket-side-conversation": "drawn into the ticket's page",
    "workspace:ticket-person": "a chip, drawn into the composer",
    "workspace:ticket-move-undo": "a button of the ticket's page",
    "workspace:settings-inbox-sign-in-with": "a button of the page that signs an inbox in",
    "workspace:settings-sign-in-return": "where a mail provider leads back to; its refusal is among the error pages",
    "account_login": "looked at in the story of the doors",
    "account_signup": "leads to the login: agents are invited",
    "account_set_password": "leads to changing it",
    "account_confirm_login_code": "login codes are not in use",
    "account_confirm_email": "addresses are given by admins and need no proof",
    "account_reset_password_from_key": "looked at in the story of the doors",
}
PREFIXES_WITHOUT_PAGES = {"api:": "programs read it", "mfa_": "looked at in the story of the second factor"}

EMPTY = (
    "/tickets/?view=mine", "/tickets/?view=unassigned", "/tickets/?view=all", "/tickets/?view=snoozed", "/search/",
    "/search/?q=nothing", "/contacts/", "/notifications/", "/problems/", "/settings/canned/", "/settings/macros/",
    "/settings/rules/", "/settings/promises/", "/reports/sla/", "/reports/counted/", "/reports/csat/comments/",
    "/reports/backlog/", "/callbacks/", "/views/", "/bulk/", "/settings/webhooks/",
    "/settings/surveys/", "/demo/mail/",
)  # fmt: skip
FORMS = (
    "/tickets/new/", "/settings/", "/settings/canned/new/", "/settings/teams/new/", "/settings/inboxes/new/email/",
    "/settings/inboxes/new/webchat/", "/settings/inboxes/new/telegram/", "/settings/promises/new/",
    "/settings/hours/new/", "/settings/surveys/new/", "/settings/rules/new/", "/settings/macros/new/",
    "/accounts/password/change/",
)  # fmt: skip
AT_REST = "() => !document.querySelector('[aria-busy=true], [data-mode=loading], .skeleton')"
PASSWORD = "a-good-password-1"
SEND_EMPTY = """() => {
  const form = document.querySelector("main form[method=post], form#settings, main form");
  const isWritten = (one) => !["hidden", "checkbox", "radio"].includes(one.type);
  [...form.querySelectorAll("input, textarea")].filter(isWritten).forEach((one) => (one.value = ""));
  form.noValidate = true;
  window.isBefore = true;
  form.requestSubmit();
}"""


@pytest.fixture
def full(live_stack: Stack, cast: Cast) -> FullDesk:
    cache.clear()
    return furnish(cast, live_stack)


@pytest.fixture
def looks(page: Page) -> Looks:
    return Looks(page)


def pages_of(full: FullDesk, page: Page, url: str) -> list[str]:
    """Every address that answers with a page; fails on those that it cannot reach."""
    found, unreached = [], []
    for name, _ in routes():
        if name in NOT_PAGES or name.startswith(tuple(PREFIXES_WITHOUT_PAGES)):
            continue
        try:
            address = full.address(name)
        except NoReverseMatch:
            unreached.append(f"{name}: full_desk.py knows no value for its arguments")
            continue
        answer = page.request.get(url + address, max_redirects=0)
        if answer.status == 405 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        if answer.status != 200:
            unreached.append(f"{name} answers {answer.status} at {address}")
        elif "<html" in answer.text()[:300]:
            found.append(address)
    assert not unreached, "Give a way to these, or a reason in NOT_PAGES:\n" + "\n".join(unreached)
    return found


def go(page: Page, url: str) -> None:
    """To the page, and until its scripts have started and it has fetched what it fetches at once."""
    page.goto(url)
    if page.locator(".rail").count():
        page.wait_for_selector("html[data-started]")
    page.wait_for_function(AT_REST)


def show_instead(route: Route, *, body: str) -> None:
    route.fulfill(body=body, content_type="text/html")


def test_every_page_of_a_full_desk(full: FullDesk, live_stack: Stack, page: Page, looks: Looks) -> None:
    at_the_desk(page, full.cast.ada, live_stack)
    for address in pages_of(full, page, live_stack.url):
        go(page, live_stack.url + address)
        looks.at(address)
    looks.end()


def test_every_list_of_an_empty_desk(live_stack: Stack, cast: Cast, page: Page, looks: Looks) -> None:
    at_the_desk(page, cast.mona, live_stack)
    for address in EMPTY:
        go(page, live_stack.url + address)
        looks.at(f"empty {address}")
    looks.end()


def test_every_form_with_its_errors(full: FullDesk, live_stack: Stack, page: Page, looks: Looks) -> None:
    at_the_desk(page, full.cast.ada, live_stack)
    for address in FORMS:
        go(page, live_stack.url + address)
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            page.evaluate(SEND_EMPTY)
        assert sent.value.status in (200, 422), f"{address} answers {sent.value.status}"
        # The answer is here, its page may not be yet.
        page.wait_for_function("() => !window.isBefore")
        expect(page.locator("[aria-invalid=true], .errorlist, [role=alert]").first).to_be_attached()
        looks.at(f"errors in {address}")
    looks.end()


def test_every_dialog_of_a_ticket(full: FullDesk, live_stack: Stack, page: Page, looks: Looks) -> None:
    at_the_desk(page, full.cast.ana, live_stack)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for keys in ("n", "Control+k", "?", "s", "p", "a", "t", "z"):
            if not page.locator("#timeline").count():
                go(page, f"{live_stack.url}/tickets/{full.ticket.number}/?view=all")
            page.keyboard.press(keys)
            looks.at(f"after {keys}", [size])
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
    looks.end()


def test_pages_as_agents_and_light_agents_see_them(full: FullDesk, live_stack: Stack, page: Page, looks: Looks) -> None:
    for agent in (full.cast.ana, full.cast.lia):
        at_the_desk(page, agent, live_stack)
        for address in (
            f"/tickets/{full.ticket.number}/?view=all",
            "/settings/",
            "/settings/canned/",
            "/settings/teams/",
        ):
            go(page, live_stack.url + address)
            looks.at(f"{address} for {agent.name}")
    looks.end()


def test_every_error_page(live_stack: Stack, cast: Cast, page: Page, looks: Looks) -> None:
    at_the_desk(page, cast.ana, live_stack)
    for address in ("/nowhere/", "/tickets/999999/", "/reports/sla/", "/settings/sign-in/return/"):
        page.goto(live_stack.url + address)
        looks.at(address)
    for template in ("400.html", "403_csrf.html", "500.html"):
        body = render_to_string(template, {"title": "Something broke", "message": "It has been logged."})
        show = partial(show_instead, body=body)
        page.route("**/broken/", show)
        page.goto(f"{live_stack.url}/broken/")
        looks.at(template)
        page.unroute("**/broken/", show)
    looks.end()


def test_doors(live_stack: Stack, cast: Cast, page: Page, looks: Looks) -> None:
    """Logging in, failing to, and choosing a new password, as nobody."""
    url = live_stack.url
    key = f"{user_pk_to_url_str(cast.ana)}-{EmailAwarePasswordResetTokenGenerator().make_token(cast.ana)}"
    for address in (
        "login/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-wrong/",
        f"password/reset/key/{key}/",
    ):
        page.goto(f"{url}/accounts/{address}")
        looks.at(address.partition(key)[0])
    page.goto(f"{url}/accounts/login/")
    page.locator("input[name=login]").fill(cast.ana.email)
    page.locator("input[name=password]").fill("not this one")
    page.locator("button[type=submit]").first.click()
    expect(page.locator("[aria-invalid=true], .errorlist, [role=alert]").first).to_be_visible()
    looks.at("login refused")
    looks.end()


def test_second_factor(live_stack: Stack, cast: Cast, page: Page, looks: Looks) -> None:
    """Set up by a code, shown, asked for at the next login, taken away again."""
    cache.clear()
    at_the_desk(page, cast.ana, live_stack)
    page.goto(f"{live_stack.url}/accounts/2fa/")
    looks.at("second factor, none")
    page.goto(f"{live_stack.url}/accounts/2fa/totp/activate/")
    looks.at("asked for the password once more")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/totp/activate/")
    looks.at("second factor, being set up")
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(code_of(secret))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/recovery-codes/**")
    looks.at("recovery codes")
    for address in ("2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/generate/"):
        page.goto(f"{live_stack.url}/accounts/{address}")
        looks.at(address)
    page.context.clear_cookies()
    page.goto(f"{live_stack.url}/accounts/login/")
    page.locator("input[name=login]").fill(cast.ana.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/2fa/authenticate/**")
    looks.at("asked for the code")
    looks.end()


def code_of(secret: str) -> str:
    """What the phone shows now: it changes every half minute, and nobody types what is about to change."""
    poll_until(lambda: time.time() % 30 < 22)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
