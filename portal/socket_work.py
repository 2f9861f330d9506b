"""What the visitors' socket asks of the database and Redis, in threads: nothing here blocks the event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from django.conf import settings

from channels_in.models import ChatVisitor
from channels_in.webchat.services import reading, visitors
from core.limits import is_within
from core.peer import client_address
from live.threads import in_thread
from portal import chat, limits
from portal.availability import availability_of
from portal.chat import About, Guest
from portal.words import spoken_of


def address_of(scope: Mapping[str, Any]) -> str:
    """The visitor's address, as for HTTP."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    peer = (scope.get("client") or ("", 0))[0]
    return client_address(peer, headers.get(b"x-forwarded-for", ""), settings.TRUSTED_PROXIES)


def may_connect(address: str) -> Awaitable[bool]:
    return in_thread(is_within)(limits.SOCKETS, address)


def enter(inbox_token: str, token: str, language: str) -> Awaitable[Guest]:
    """Raises NotFound and TokenRefused."""
    return in_thread(lambda: chat.guest_of(chat.widget(inbox_token), token, language=spoken_of([language])))()


def caught_up(guest: Guest, *, ticket: int | None = None, seq: int = 0) -> Awaitable[dict[str, Any]]:
    """The answer to hello: what the browser is missing, and whether somebody is there."""
    return in_thread(_caught_up)(guest, ticket=ticket, seq=seq)


def speak(guest: Guest, address: str, frame: Mapping[str, Any]) -> Awaitable[Guest]:
    said = {name: value for name, value in frame.items() if isinstance(value, str)}
    return in_thread(chat.speak)(
        guest,
        address=address,
        client_id=said.get("id", ""),
        text=said.get("text", ""),
        about=About(name=said.get("name", "")[:160], email=""),
        page=said.get("page", ""),
    )


def tell_typing(visitor: ChatVisitor) -> Awaitable[None]:
    return in_thread(chat.tell_typing)(visitor)


def note_progress(visitor: ChatVisitor, *, seq: int, is_seen: bool) -> Awaitable[int]:
    return in_thread(reading.mark_read if is_seen else reading.mark_received)(visitor, seq=seq)


def arrived(visitor: ChatVisitor) -> Awaitable[None]:
    return in_thread(visitors.mark_present)([visitor.pk])


def _caught_up(guest: Guest, *, ticket: int | None, seq: int) -> dict[str, Any]:
    now = availability_of(guest.inbox, guest.language)
    return {
        "type": "welcome",
        "build": settings.BUILD,
        "online": now.is_online,
        "away": now.text,
        "conversation": chat.shown(guest, ticket_number=ticket, seq=seq),
    }
