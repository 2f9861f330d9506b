"""Hostile HTML and hostile names in a real Chromium: no script runs, nobody is called, nothing leaves its place."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from channels_in.email.door import Mail
from channels_in.email.receiving import receive
from tests.architecture.source import ROOT
from tests.browser.agents import at_the_desk
from tests.browsers import PageMaker
from tests.cast import Cast, last_message, new_ticket
from tests.stack import Stack
from tickets.inbound import Sender
from tickets.models import CannedResponse, Message, Tag, Ticket
from tickets.services.messages import add_note

pytestmark = [pytest.mark.browser, pytest.mark.stack]
VECTORS = (ROOT / "tests" / "fixtures" / "xss" / "vectors.txt").read_text().splitlines()
FORBIDDEN = (
    "script, iframe, object, embed, link, meta[http-equiv], svg, math, form, input, button, template, video,"
    " base[href], [onerror], [onload], [onclick], [onmouseover], [onfocus], [srcset], [background], [id],"
    " [name], [formaction]"
)
CANARY = "\"><b data-c4nary=1>'><img src=x onerror=alert(1)>{{7*7}}</script><script>alert(2)</script>"
PAGES = (
    "/tickets/?view=all", "/search/?q=c4nary", "/contacts/", "/notifications/", "/problems/", "/settings/",
    "/settings/canned/", "/settings/teams/", "/settings/inboxes/", "/settings/agents/", "/settings/rules/",
    "/settings/macros/", "/settings/promises/", "/tickets/new/", "/reports/", "/reports/sla/",
)  # fmt: skip


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Another site on this machine, and everything that was asked of it."""
    asked: list[str] = []

    class Listens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the library's names

        def log_request(self, code: object = "-", size: object = "-") -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listens)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"localhost:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def _mail_of(line: str, number: int, host: str) -> bytes:
    named, _, rest = line.partition("\t")
    charset, html = (named.removeprefix("charset="), rest) if named.startswith("charset=") else ("utf-8", line)
    encoding = charset if charset == "utf-16" else "utf-8"
    body = base64.encodebytes(html.replace("HOST", host).encode(encoding)).decode()
    head = (
        f"From: Eve <eve@evil.example>\nTo: help@desk.example\nSubject: v{number}\nMessage-ID: <v{number}@evil.example>"
    )
    kind = f"Content-Type: text/html; charset={charset}\nContent-Transfer-Encoding: base64"
    return f"{head}\n{kind}\n\n{body}".encode()


def _alarms(page: Page) -> list[str]:
    """Whatever opens by itself is noted here."""
    heard: list[str] = []

    def on_dialog(dialog: object) -> None:
        heard.append(f"dialog on {page.url}")
        dialog.dismiss()  # type: ignore[attr-defined]  # Playwright's dialog

    page.on("dialog", on_dialog)
    page.context.on("page", lambda opened: heard.append(f"window {opened.url}"))
    return heard


def test_hostile_mails_do_nothing(
    live_stack: Stack, cast: Cast, new_page: PageMaker, listener: tuple[str, list[str]]
) -> None:
    host, asked = listener
    for number, line in enumerate(VECTORS):
        receive(cast.mail, Mail(raw=_mail_of(line, number, host)))
    messages = list(Message.objects.filter(has_html=True).select_related("ticket").order_by("pk"))
    assert len(messages) > 60, "the vectors arrived as HTML"
    page = new_page()
    at_the_desk(page, cast.ana, live_stack)
    heard = _alarms(page)
    for message in messages:
        page.goto(f"{live_stack.url}/m/{message.pk}/body/?quotes=1")
        assert page.locator(FORBIDDEN).count() == 0, (message.subject, page.content())
        assert page.url.endswith(f"/m/{message.pk}/body/?quotes=1"), message.subject
        page.mouse.move(60, 20)
        page.keyboard.press("Tab")
    assert heard == []
    assert asked == []


def test_hostile_mail_stays_in_its_frame(
    live_stack: Stack, cast: Cast, new_page: PageMaker, listener: tuple[str, list[str]]
) -> None:
    host, asked = listener
    everything = "\n".join(line for line in VECTORS if "plaintext" not in line and "charset=" not in line)
    receive(cast.mail, Mail(raw=_mail_of(f"<p>c4nary begins</p>{everything}", 0, host)))
    page = new_page()
    desk = at_the_desk(page, cast.ana, live_stack)
    heard = _alarms(page)
    desk.opens(f"/tickets/{Ticket.objects.get().number}/")
    page.frame_locator("#timeline iframe").first.get_by_text("c4nary begins").wait_for()
    assert page.evaluate("window.pwned") is None
    assert page.url.startswith(live_stack.url)
    assert page.locator("script:not([src])").count() == 0
    assert page.locator("[onerror], [onload], [onclick]").count() == 0
    assert heard == []
    assert asked == []


def _spoil(cast: Cast) -> Ticket:
    """The canary in every field that somebody can write."""
    for row, field in (
        (cast.support, "name"), (cast.mail, "name"), (cast.chat, "name"), (cast.ben, "name"), (cast.ana, "signature"),
    ):  # fmt: skip
        setattr(row, field, CANARY[:75] if field == "name" else CANARY)
        row.save()
    cast.chat.config = {"title": CANARY[:60], "greeting": CANARY, "allowed_origins": [], "accent": "#123456"}
    cast.chat.save()
    sender = Sender(kind="email", value="eve@evil.example", name=CANARY)
    ticket = new_ticket(
        cast.mail,
        CANARY,
        sender=sender,
        subject=CANARY,
        recipients={"cc": [{"address": "a@b.example", "name": CANARY}]},
    )
    Tag.objects.create(name=CANARY[:40])
    Ticket.objects.filter(pk=ticket.pk).update(tags=[CANARY[:40]], assignee=cast.ana)
    message = last_message(ticket)
    message.attachments.create(
        name=f"{CANARY}.png"[:200], content_type=CANARY[:100], size=1, storage_name="none", sha256="0"
    )
    Message.objects.filter(pk=message.pk).update(has_attachments=True, problems=[CANARY], thread_reason=CANARY[:150])
    add_note(ticket, text=f"@{cast.ben.name} {CANARY} http://x.example/{CANARY}", actor=cast.ben.as_actor())
    CannedResponse.objects.create(title=CANARY[:100], shortcut="x", text=CANARY)
    return Ticket.objects.get(pk=ticket.pk)


def test_hostile_names_are_shown_as_they_are(live_stack: Stack, cast: Cast, new_page: PageMaker) -> None:
    ticket = _spoil(cast)
    page = new_page()
    desk = at_the_desk(page, cast.mona, live_stack)
    heard = _alarms(page)
    shown = 0
    for path in (*PAGES, f"/tickets/{ticket.number}/", f"/contacts/{ticket.contact_id}/", f"/chat/{cast.chat.token}/"):
        page.goto(f"{live_stack.url}{path}")
        assert page.locator("[data-c4nary], [onerror], script:not([src])").count() == 0, path
        shown += page.content().count("data-c4nary")
    desk.opens(f"/tickets/{ticket.number}/")
    expect(page.locator("#side .person")).to_be_visible()
    for key in ("Control+k", "a", "t", "z", "n"):
        page.keyboard.press(key)
        page.keyboard.type("c4nary" if key == "Control+k" else "")
        assert page.locator("[data-c4nary], [onerror]").count() == 0, key
        page.keyboard.press("Escape")
    assert heard == []
    assert shown > 20, "the canary was there to see"
