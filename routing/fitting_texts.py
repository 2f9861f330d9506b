"""Which of several prepared texts fits a customer: by language first, then by channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Text = Mapping[str, str]  # language, channel, text; an empty language or channel fits all


def fitting_text(texts: Sequence[Text], *, language: str, channel: str) -> str:
    """Empty when none suits the channel. When the language is unknown or has no text, it is one that is for all, or
    the first that suits the channel."""
    suited = [item for item in texts if _fit(item["channel"], channel) >= 0]
    if not suited:
        return ""
    return max(suited, key=lambda item: _score(item, language.lower(), channel))["text"]


def _score(item: Text, language: str, channel: str) -> int:
    return _fit(item["language"], language) * 2 + _fit(item["channel"], channel)


def _fit(of_text: str, wanted: str) -> int:
    """2 for the very one, 1 for its family (pt for pt-br), 0 for a text that is for all, far below for another."""
    if not of_text:
        return 0
    if of_text == wanted:
        return 2
    return 1 if wanted.split("-")[0] == of_text.split("-")[0] else -99
