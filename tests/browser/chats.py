"""A customer at the shop with the chat, as the browser stories need them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Frame, Locator, Page

from tests.waiting import poll_until

AXE = Path(settings.BASE_DIR) / "tests/fixtures/axe-core-4.14.1/axe.min.js"
SERIOUS = ("serious", "critical")


@dataclass
class Customer:
    """The shop's page, and the chat in its frame."""

    page: Page

    def visits(self, url: str) -> Customer:
        self.page.goto(f"{url}/demo/shop/")
        self.page.wait_for_function("window.Helpdesk && window.Helpdesk.isLoaded")
        return self

    def opens_the_chat(self) -> Customer:
        self.page.get_by_role("button", name="Ask us anything").click()
        return self

    @property
    def chat(self) -> Frame:
        """The launcher's shadow root is closed, but a frame is a frame. One that is being replaced is not there yet."""
        return frame_of(self.page)

    @property
    def box(self) -> Locator:
        return self.chat.get_by_label("Your message")

    def says(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def own(self, text: str) -> Locator:
        return self.chat.locator("li[data-from=visitor]", has_text=text)

    def answer(self, text: str) -> Locator:
        return self.chat.locator("li[data-from=desk]", has_text=text)


def frame_of(page: Page) -> Frame:
    def find() -> Frame | None:
        page.wait_for_timeout(10)  # lets the browser's own events in
        return next((frame for frame in page.frames if "/chat/" in frame.url), None)

    found = poll_until(find)
    assert found is not None
    return found


def violations(frame: Page | Frame) -> list[str]:
    """What axe-core calls serious or critical, in words. Evaluated past the page's policy, as a debugger would."""
    frame.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = frame.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{entry['id']}: {entry['help']} ({', '.join(node['html'][:120] for node in entry['nodes'])})"
        for entry in found["violations"]
        if entry["impact"] in SERIOUS
    ]
