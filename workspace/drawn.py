"""Pieces of pages that look the same for every viewer are drawn once in a process, while they show the same."""

from __future__ import annotations

from typing import Any, cast

from django.template.loader import get_template
from django.utils.safestring import SafeString


class Drawn:
    """Remembers what a template made of a key; the key must hold everything that the template reads."""

    def __init__(self, template: str, *, kept: int) -> None:
        self.template = template
        self.kept = kept
        self.known: dict[tuple[object, ...], SafeString] = {}

    def html(self, key: tuple[object, ...], context: dict[str, Any]) -> SafeString:
        if (known := self.known.get(key)) is not None:
            return known
        if len(self.known) >= self.kept:
            self.known.clear()
        # A context of its own: an include would copy the whole page's context each time.
        self.known[key] = drawn = cast(SafeString, get_template(self.template).render(context))
        return drawn
