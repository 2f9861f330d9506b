"""Which names a visitor may go by: nobody on the customer's side may look like one of ours. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from core.text import clean_name

_RESERVED = frozenset(
    {"admin", "administrator", "agent", "bot", "helpdesk", "moderator", "operator", "staff", "support", "system"}
)
# Letters of other scripts that are drawn like Latin ones.
_LOOKALIKES = str.maketrans("аеорсухікмнтвӏαορντικ", "aeopcyxikmhtblaopvtik")


def allowed_name(name: str, *, taken: Iterable[str]) -> str:
    """The name, or "" when it is ours (an agent's, the desk's) or a title of authority."""
    cleaned = clean_name(name)[:160]
    key = _folded(cleaned)
    if not key or key in {_folded(item) for item in taken}:
        return ""
    if set(key.split()) & _RESERVED:
        return ""
    return cleaned


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LOOKALIKES))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in letters).split())
