"""A real Chromium for stories: `page` for one person, `new_page` for several, each with own cookies."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_PROGRAMS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE_MS = 10_000
expect.set_options(timeout=PATIENCE_MS)

PageMaker = Callable[..., Page]


def chromium_path() -> str | None:
    """Any Chrome or Chromium of this machine; `CHROMIUM` names one explicitly."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = (shutil.which(program) for program in PROGRAMS)
    installed = (path for path in MAC_PROGRAMS if platform.system() == "Darwin" and Path(path).exists())
    return next((path for path in (*found, *installed) if path), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per module: while it lives, its event loop forbids `asyncio.run` in the same thread."""
    path = chromium_path()
    if path is None:
        pytest.fail("No Chrome or Chromium was found: install the package 'chromium' (apt install chromium).")
    # Django sees Playwright's loop in this thread and would refuse the ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=False)
        yield running
        running.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[PageMaker]:
    """Opens a page of a new person: own cookies, own storage. Keywords go to Playwright's context."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(**options)  # type: ignore[arg-type]  # the caller's options are Playwright's
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: PageMaker) -> Page:
    return new_page()
