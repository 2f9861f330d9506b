"""Small words of the templates: icons, initials, the hue of a person."""

from __future__ import annotations

import functools
import re
import zlib
from typing import Any, cast

from django import template
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from csat.link_tokens import without_tokens
from people.models import Identity
from tickets.selectors.rows import channel_of
from workspace.drawn import Drawn
from workspace.entries import MessageItem

register = template.Library()


@register.filter
def way(identity: Identity) -> str:
    """How a person can be reached: an address says it itself; elsewhere it takes the channel, and the name there."""
    if identity.shown == identity.value and ("@" in identity.value or identity.value.startswith("+")):
        return identity.value
    channel = channel_of(identity.kind).label
    return channel if identity.shown in (str(identity.contact), identity.value) else f"{channel}: {identity.shown}"


@functools.lru_cache(maxsize=512)
def _icon(name: str, extra: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', extra, sprite, name
    )


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A decorative icon of the sprite; its meaning must stand beside it as text."""
    return _icon(name, extra, static("icons/sprite.svg"))


@register.filter
def initials(name: object) -> str:
    """Two letters for an avatar: of the first and the last word."""
    words = [word for word in str(name or "").replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]


@register.filter
def hue(name: object) -> int:
    """A steady colour number from 0 to 7 for a name."""
    return zlib.crc32(str(name or "").encode()) % 8


_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_MENTION = re.compile(r"(?<![\w@.])@[^\W\d_][\w-]*")


register.filter("without_tokens", without_tokens)


@register.filter
def words(text: str, style: str = "") -> SafeString:
    """A message's plain text with its links (and, in notes, its mentions) made visible; all of it escaped."""
    text = without_tokens(text)
    pattern = re.compile(f"{_LINK.pattern}|{_MENTION.pattern}") if style == "note" else _LINK
    pieces: list[tuple[str]] = []
    end = 0
    for found in pattern.finditer(text):
        pieces += [(escape(text[end : found.start()]),), (_marked(found.group()),)]
        end = found.end()
    pieces.append((escape(text[end:]),))
    return format_html_join("", "{}", pieces)


def _marked(piece: str) -> SafeString:
    if piece.startswith("@"):
        return format_html('<span class="mention">{}</span>', piece)
    return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', piece)


_rows = Drawn("workspace/_ticket_row.html", kept=4000)
_messages = Drawn("workspace/_message.html", kept=2000)
_LONGEST_KEPT = 8000


@register.simple_tag
def ticket_row(row: dict[str, Any]) -> SafeString:
    return _rows.html(_row_key(row), row)


@register.simple_tag
def timeline_message(item: MessageItem) -> SafeString:
    """A message of the timeline; very long ones are not worth their memory."""
    if len(item.message.text) + len(item.folded) > _LONGEST_KEPT:
        return cast(SafeString, get_template("workspace/_message.html").render({"item": item}))
    return _messages.html(_message_key(item), {"item": item})


def _message_key(item: MessageItem) -> tuple[object, ...]:
    """What was said never changes but by an edit; the rest of what is shown may."""
    m = item.message
    changes = (m.delivery, m.failure, m.sent_at, m.edited_at, m.redacted_at)
    proved = (m.sender_auth, m.sender_proof, m.thread_reason, m.moved_from)
    moving = (m.pk, m.seq, *changes, *proved, m.external_id, m.text, m.inbox.name)
    files = tuple((file.pk, file.name) for file in item.files)
    read = (str(m.understood), item.author, item.channel_label, item.folded, files)
    return (*moving, *read, timezone.get_current_timezone_name())


def _row_key(row: dict[str, Any]) -> tuple[object, ...]:
    """Everything that the row's template reads."""
    t = row["t"]
    of_ticket = (t.pk, t.number, t.last_seq, t.assignee_id, t.team_id, t.inbox_id, t.channel, t.contact_id, t.subject)
    shown = tuple(tuple(value) if isinstance(value, list) else value for name, value in row.items() if name != "t")
    return (*of_ticket, t.priority, t.snoozed_until is None, *shown)
