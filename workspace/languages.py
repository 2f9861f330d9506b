"""The languages that a text can be said to be in, by the names that people know."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf.locale import LANG_INFO

_NAMES = {code: str(info["name"]) for code, info in LANG_INFO.items() if "name" in info}


def language_choices(in_use: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(code, name), by name. A code that is `in_use` stays, though nobody knows its name."""
    names = {**{code: code for code in in_use if code}, **_NAMES}
    return sorted(names.items(), key=lambda item: item[1].lower())
