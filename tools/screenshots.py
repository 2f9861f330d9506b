"""Makes README's pictures, docs/images/*.png, from a running demo desk, best a fresh one (`make run` in a new VAR_DIR).

.venv/bin/python -m tools.screenshots --url http://127.0.0.1:8000 [--to docs/images]
.venv/bin/python -m tools.screenshots --url http://127.0.0.1:8000 --reports --to var/reports

The second one shoots every report from top to bottom as it is by day, by night, on paper and on a phone.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from helpdesk.demo.logins import PASSWORD
from tests.browsers import FLAGS, chromium_path

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = ViewportSize(width=1440, height=900)
COLOURS = 256
PHONE = ViewportSize(width=390, height=844)
PAPER = ViewportSize(width=794, height=1123)  # A4 at 96 dots an inch
SETTLE_MS = 1_200
QUESTION = "Hi! Is the Huila honey ground for a stovetop pot, too?"
ANSWER = "Hi, yes: choose “stovetop” when you order, and we grind it the morning it leaves."
THANKS = "Perfect, thank you. Ordering two bags."


class Photographer:
    """Opens the desk of `url` as different people, and keeps what they see."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.browser, self.url, self.folder = browser, url.rstrip("/"), folder

    def person(self, *, dark: bool = False, size: ViewportSize = SIZE) -> Page:
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = self.browser.new_context(
            viewport=size, color_scheme=scheme, locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce"
        )
        return context.new_page()

    def agent(self, name: str, *, dark: bool = False, size: ViewportSize = SIZE) -> Page:
        page = self.person(dark=dark, size=size)
        page.goto(f"{self.url}/accounts/login/")
        page.fill("input[name=login]", f"{name}@demo.local")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda found: "/accounts/" not in found)
        return page

    def keep(self, page: Page, name: str, *, whole: bool = False) -> None:
        page.mouse.move(0, 0)
        size = page.viewport_size or SIZE
        if whole:
            # What scrolls is within the page, so the window grows until nothing does.
            height = page.evaluate("Math.max(...[...document.querySelectorAll('body *')].map(e => e.scrollHeight))")
            page.set_viewport_size({**size, "height": height})
        # Counts and sidebars come after the page; the socket never lets the network be idle.
        page.wait_for_timeout(SETTLE_MS)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        # A palette makes the files a third as large; flat screens lose nothing by it.
        few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}.png", optimize=True)
        page.set_viewport_size(size)

    def tickets(self, page: Page) -> None:
        page.goto(f"{self.url}/tickets/?view=all")
        page.locator("#tickets > .row").nth(10).wait_for()
        self.keep(page, "tickets")

    def ticket(self, page: Page) -> None:
        page.goto(f"{self.url}/search/?q=Wrong+colour+delivered")
        open_ones = page.locator(".row:is([data-status=open], [data-status=pending])")
        number = open_ones.first.get_attribute("data-number")
        page.goto(f"{self.url}/tickets/{number}/?view=all")
        page.locator("#timeline .msg").first.wait_for()
        self.keep(page, "ticket")

    def chat(self, desk: Page) -> None:
        """A visitor of the demo shop and an agent, one answer each way."""
        shop = self.person()
        # Another origin than the desk's, as on a customer's site.
        port = urlsplit(self.url).port
        shop.goto(f"http://localhost:{port}/demo/shop/" if port else f"{self.url}/demo/shop/")
        # The panel lives in a closed shadow root, which only the browser's own list of frames sees into.
        with shop.expect_event("framenavigated", lambda frame: "/chat/" in frame.url):
            shop.evaluate("Helpdesk('open')")
        panel = next(frame for frame in shop.frames if "/chat/" in frame.url)
        desk.goto(f"{self.url}/tickets/?view=all")
        asked = desk.locator("#tickets > .row", has_text="Huila honey")
        before = asked.count()
        panel.locator("#words").fill(QUESTION)
        panel.locator("#words").press("Enter")
        expect(asked).to_have_count(before + 1)
        asked.first.click()
        desk.locator("#timeline .msg", has_text=QUESTION).wait_for()
        desk.locator("#composer [data-state-slot] > *").first.wait_for()
        desk.locator("#composer textarea").fill(ANSWER)
        desk.keyboard.press("Control+Enter")
        panel.get_by_text(ANSWER).wait_for()
        panel.locator("#words").fill(THANKS)
        panel.locator("#words").press("Enter")
        desk.locator("#timeline .msg", has_text=THANKS).wait_for()
        self.keep(shop, "chat")

    def report(self, page: Page) -> None:
        page.goto(f"{self.url}/reports/sla/")
        page.locator("svg").first.wait_for()
        self.keep(page, "sla-report")

    def pictures_of_readme(self) -> None:
        ana = self.agent("ana")
        self.tickets(ana)
        self.ticket(self.agent("ana", dark=True))
        self.chat(ana)
        self.report(self.agent("manager"))

    def every_report(self) -> None:
        looks: dict[str, Page] = {
            "light": self.agent("manager"),
            "dark": self.agent("manager", dark=True),
            "print": self.agent("manager", size=PAPER),
            "phone": self.agent("manager", size=PHONE),
        }
        looks["print"].emulate_media(media="print")
        looks["light"].goto(f"{self.url}/reports/sla/")
        tabs = looks["light"].locator(".report-tabs a").evaluate_all("links => links.map(link => link.pathname)")
        for path in tabs:
            for look, page in looks.items():
                page.goto(f"{self.url}{path}")
                self.keep(page, f"{path.strip('/').split('/')[-1]}-{look}", whole=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the demo desk runs")
    parser.add_argument("--to", type=Path, default=IMAGES, help="folder of the pictures")
    parser.add_argument("--reports", action="store_true", help="every report instead, in four looks")
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS, chromium_sandbox=False)
        taking = Photographer(browser, given.url, given.to)
        if given.reports:
            taking.every_report()
        else:
            taking.pictures_of_readme()
        browser.close()


if __name__ == "__main__":
    main()
