"""A browser is killed while somebody writes: at the next start their words are there."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.agents import at_the_desk
from tests.browsers import FLAGS, PATIENCE_MS, chromium_path
from tests.cast import Cast, new_ticket
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def start(browser: Browser, folder: Path) -> BrowserContext:
    """A browser of its own that remembers in `folder`."""
    context = browser.browser_type.launch_persistent_context(
        str(folder), executable_path=chromium_path(), args=FLAGS, chromium_sandbox=False
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def kill(folder: Path) -> None:
    """`kill -9` of that browser and nobody else."""
    own = f"--user-data-dir={folder}"
    processes = [process for process in psutil.process_iter(["cmdline"]) if own in (process.info["cmdline"] or [])]
    assert processes
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


def test_words_outlive_a_killed_browser_even_while_the_desk_is_out_of_reach(
    live_stack: Stack, cast: Cast, browser: Browser, tmp_path: Path
) -> None:
    ticket = new_ticket(cast.mail)
    path = f"/tickets/{ticket.number}/"
    context = start(browser, tmp_path)
    ana = at_the_desk(context.pages[0], cast.ana, live_stack).opens(path)
    ana.page.route("**/draft/", lambda route: route.abort())
    ana.composer.press_sequentially("Half a sentence")
    # Said once the words are on the disk and the desk could not be reached.
    expect(ana.page.locator("[data-saved]")).to_have_text("Draft kept on this device")
    with context.expect_event("close"):
        kill(tmp_path)
    again = start(browser, tmp_path)
    ana = at_the_desk(again.pages[0], cast.ana, live_stack).opens(path)
    expect(ana.composer).to_have_value("Half a sentence")
    again.close()
