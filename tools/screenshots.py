"""Takes the README's pictures from a running demo desk (`make run`): python tools/screenshots.py [--url URL]"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SIZE = ViewportSize(width=1440, height=900)
PASSWORD = "demo-password-1"  # noqa: S105 - of the demo, printed by `make run`


def signed_in(browser: Browser, url: str, email: str, scheme: str) -> Page:
    page = browser.new_context(viewport=SIZE, color_scheme=scheme, device_scale_factor=1).new_page()  # type: ignore[arg-type]  # light or dark
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{url}/tickets/**")
    return page


def take(page: Page, name: str, out: Path) -> None:
    page.wait_for_timeout(800)  # the page fetches its sidebar, counts and clocks
    page.screenshot(path=out / f"{name}.png")


def take_all(browser: Browser, url: str, out: Path) -> None:
    page = signed_in(browser, url, "ana@demo.local", "light")
    page.goto(f"{url}/tickets/?view=all")
    take(page, "tickets", out)
    page = signed_in(browser, url, "ana@demo.local", "dark")
    page.goto(f"{url}/search/?q=Quote+for+12")
    page.locator(".row-link").first.click()
    page.wait_for_selector("#side .person")
    take(page, "ticket", out)
    page = signed_in(browser, url, "manager@demo.local", "light")
    page.goto(f"{url}/reports/")
    page.locator("main a[href*='/reports/']").first.click()
    take(page, "sla-report", out)
    shop = browser.new_context(viewport=SIZE).new_page()
    shop.goto(f"{url.replace('127.0.0.1', 'localhost')}/demo/shop/")
    shop.get_by_role("button", name="Ask us anything").click()
    take(shop, "chat", out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    program = next((path for name in ("chromium", "google-chrome", "chrome") if (path := shutil.which(name))), None)
    if program is None:
        sys.exit("No Chromium was found: install the package 'chromium'.")
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        take_all(browser, options.url.rstrip("/"), options.out)
        browser.close()


if __name__ == "__main__":
    main()
