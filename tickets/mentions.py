"""Finds @names in a note. Pure."""

from __future__ import annotations

import re

_MENTION = re.compile(r"(?<![\w@.])@([^\W\d_][\w.-]*(?: [^\W\d_][\w.-]*)?)")


def mentioned_names(text: str) -> set[str]:
    """Lower-case candidates: for "@Ana Ruiz please" both "ana" and "ana ruiz"."""
    names: set[str] = set()
    for match in _MENTION.finditer(text):
        full = match.group(1).rstrip(".,-").lower()
        names |= {full, full.split(" ")[0]}
    return names
