"""Web origins as an admin types them: `https://shop.example`, one a line. Pure."""

from __future__ import annotations

import re

_ORIGIN = re.compile(
    r"https?://(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?"
)


def read_origins(text: str) -> tuple[list[str], list[str]]:
    """The origins in the text and the entries that are none. A path after the host is dropped."""
    good: list[str] = []
    bad: list[str] = []
    for entry in text.replace(",", " ").split():
        origin = "/".join(entry.lower().split("/")[:3])
        if _ORIGIN.fullmatch(origin):
            good.append(origin)
        else:
            bad.append(entry)
    return list(dict.fromkeys(good)), bad


def is_origin(text: str) -> bool:
    return _ORIGIN.fullmatch(text) is not None
