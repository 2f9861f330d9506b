"""The words of the chat's panel by language, and in which language a visitor reads them."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from portal.words import de, en, es, fr
from portal.words.kinds import Words
from routing.chat_words import FALLBACK as FALLBACK
from tickets.models import Inbox

WORDS: Mapping[str, Words] = {"en": en.WORDS, "de": de.WORDS, "fr": fr.WORDS, "es": es.WORDS}
_LONGEST = 200


def words_in(language: str) -> Words:
    return WORDS[language]


def language_for(request: HttpRequest, inbox: Inbox) -> str:
    """What the inbox's settings say; else what the site says, or its page is written in (`?lang`), else the browser."""
    fixed = str(inbox.config.get("language") or "")
    if fixed in WORDS:
        return fixed
    return spoken_of([request.GET.get("lang", ""), *_accepted(request)])


def language_of(request: HttpRequest) -> str:
    """What the panel speaks that asks: it says so with every question."""
    return spoken_of(_accepted(request))


def spoken_of(wishes: list[str]) -> str:
    """The first of these that we speak: "de-AT" is "de"."""
    shorts = (wish[:_LONGEST].lower().replace("_", "-").partition("-")[0] for wish in wishes)
    return next((short for short in shorts if short in WORDS), FALLBACK)


def _accepted(request: HttpRequest) -> list[str]:
    """As the header weighs them."""
    return [name for name, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
