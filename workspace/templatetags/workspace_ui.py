"""Small words of the templates: icons, initials, the hue of a person."""

from __future__ import annotations

import functools
import zlib

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


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
