"""How a tag is spelt."""

from __future__ import annotations


def normal_tag(tag: str) -> str:
    """Lower case, words joined by hyphens, 40 characters."""
    return "-".join(tag.replace("\x00", "").replace(",", " ").lower().split())[:40]
