"""Looks at a page as many people see it: axe-core, in light and dark, on a wide and a narrow screen."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

from tests.browser.chats import AXE, SERIOUS

WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
# What depends on the colours alone need not be asked for everything twice.
COLOURS = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"
EVERYTHING = "{resultTypes: ['violations']}"


@dataclass
class Looks:
    """What is wrong with the pages that were looked at, in words."""

    page: Page
    found: list[str] = field(default_factory=list)

    def at(self, name: str, sizes: Sequence[ViewportSize] = (WIDE, NARROW)) -> None:
        """The page as it is now, four times; or, where a new size would change what is open, twice."""
        # Colours on their way from one scheme to the other are nobody's.
        self.page.emulate_media(reduced_motion="reduce")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        for size in sizes:
            self.page.set_viewport_size(size)
            for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
                self._keep(f"{name}-{size['width']}-{scheme}")
                where = f"{name} ({scheme}, {size['width']} px)"
                self.found += [f"{where}: {problem}" for problem in self._violations(rules)]
            self._measure(f"{name} ({size['width']} px)")
        self.page.set_viewport_size(sizes[0])
        self.page.emulate_media(color_scheme="light")

    def _keep(self, name: str) -> None:
        """`SHOTS=folder` keeps a picture of every look, for whoever wants to see them all."""
        if folder := os.environ.get("SHOTS"):
            self.page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9]+', '_', name.lower())}.png")

    def _violations(self, rules: str) -> list[str]:
        found: dict[str, Any] = self.page.evaluate(f"axe.run(document, {rules})")
        return [
            f"{entry['id']}: {entry['help']} ({', '.join(node['html'][:120] for node in entry['nodes'])})"
            for entry in found["violations"]
            if entry["impact"] in SERIOUS
        ]

    def _measure(self, where: str) -> None:
        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            self.found.append(f"{where}: {over} px wider than the screen")

    def end(self) -> None:
        assert not self.found, "\n".join(self.found)
