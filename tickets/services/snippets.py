"""The first words of a message, as a list row shows them."""

from __future__ import annotations


def snippet(text: str, length: int = 160) -> str:
    """One line of at most `length` characters."""
    line = " ".join(text.replace("\x00", "").split()).encode("utf-8", "replace").decode("utf-8")
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
