"""What a mail says, twice: as plain text, and as HTML with its rules in its elements: mail programs drop all others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from tickets.models import Inbox, Message
from tickets.selectors.outgoing import answered_by

# Enough to know what is answered; the whole history is in their own mailbox.
QUOTED_CHARACTERS = 8_000
QUOTED_LINES = 150
NO_QUOTES = "none"


@dataclass(frozen=True, slots=True)
class Quote:
    """The mail that is answered, as it goes under the answer."""

    intro: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text; with `url` its words are a link."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file that is too large to travel, with the address where it waits."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside the text, by the id of the part that holds it."""

    name: str
    content_id: str


def quote_for(inbox: Inbox, message: Message) -> Quote | None:
    """Not under what the desk says by itself: a robot repeats no stranger's words."""
    if message.is_automatic or inbox.config.get("quoting") == NO_QUOTES:
        return None
    answered = answered_by(message)
    if answered is None or not answered.text.strip():
        return None
    at = timezone.localtime(answered.occurred_at or answered.created_at, timezone.get_default_timezone())
    who = str(answered.author_contact or "") or "you"
    lines = answered.text.strip()[:QUOTED_CHARACTERS].splitlines()[:QUOTED_LINES]
    return Quote(f"On {at:%a}, {at.day} {at:%b %Y} at {at:%H:%M}, {who} wrote:", "\n".join(lines))


def text_part(text: str, signature: str, quote: Quote | None, links: Sequence[LinkedFile]) -> str:
    pieces = [text.rstrip()]
    pieces += [f"{link.name}: {link.url}" for link in links]
    if signature:
        pieces.append(f"-- \n{signature}")
    if quote:
        quoted = "\n".join(f"> {line}".rstrip() for line in quote.text.splitlines())
        pieces.append(f"{quote.intro}\n{quoted}")
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def html_part(
    text: str, signature: str, quote: Quote | None, links: Sequence[LinkedFile], pictures: Sequence[Picture]
) -> str:
    context = {
        "paragraphs": [_lines(paragraph) for paragraph in re.split(r"\n{2,}", text.strip())] if text.strip() else [],
        "signature": signature,
        "quote": quote,
        "links": links,
        "pictures": pictures,
    }
    return _inliner().inline(render_to_string("channels_in/email/reply.html", context))


def _lines(paragraph: str) -> list[Line]:
    """A line that names a page of this desk ("Very good: https://...") becomes a link on its words."""
    own = re.escape(settings.SITE_URL)
    named = re.compile(rf"(\S.{{0,80}}?): ({own}/\S+)")
    found = ((line, named.fullmatch(line.strip())) for line in paragraph.split("\n"))
    return [Line(match[1], match[2]) if match else Line(line) for line, match in found]


@cache
def _inliner() -> css_inline.CSSInliner:
    rules = (Path(__file__).parent / "reply.css").read_text(encoding="utf-8")
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, extra_css=rules)
