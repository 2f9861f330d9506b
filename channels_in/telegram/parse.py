"""From a Telegram update to what happened. Pure; the update's shapes are those of the Bot API 10."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from channels_in.base import Ignored, ParsedEvent
from channels_in.telegram.files import files_of
from core.text import clean_line, clean_name, clean_text
from tickets.inbound import Clues, Edit, Inbound, Reachability, Sender

KIND = "telegram"
BLOCKED = "The customer has blocked the bot on Telegram."

Json = dict[str, Any]


def load(body: bytes) -> Json:
    """The update as a dict. Raises ValueError when it is none."""
    update = json.loads(body)
    if not isinstance(update, dict):
        raise TypeError("A Telegram update is a JSON object.")
    return update


def chat_of(update: Json) -> Json:
    """The chat that the update is about; empty when it is about none."""
    for name in ("message", "edited_message", "my_chat_member"):
        if isinstance(part := update.get(name), dict) and isinstance(chat := part.get("chat"), dict):
            return chat
    return {}


def parse(body: bytes) -> list[ParsedEvent]:
    """What the update says. Raises on what is no update; unknown kinds of updates are ignored with a reason."""
    update = load(body)
    if chat_of(update).get("type", "private") != "private":
        return [Ignored(reason="Telegram groups and channels are not taken in")]
    for name, read in _READERS.items():
        if name in update:
            return read(update[name])
    unknown = ", ".join(sorted(clean_line(key, 40) for key in update if key != "update_id"))
    return [Ignored(reason=f"This kind of Telegram update is not used: {unknown or 'empty'}")]


def merge(parts: Sequence[Inbound]) -> Inbound:
    """An album: the first picture's message with the pictures of all; the caption is on one of them only."""
    first = min(parts, key=lambda part: _message_number(part.external_id))
    in_order = sorted(parts, key=lambda part: _message_number(part.external_id))
    return replace(
        first,
        text="\n".join(part.text for part in in_order if part.text),
        files=tuple(file for part in in_order for file in part.files),
        problems=tuple(dict.fromkeys(problem for part in in_order for problem in part.problems)),
    )


def _message(message: Json) -> list[ParsedEvent]:
    sender = _sender(message["from"])
    words = _words(message)
    if words == "/start" or words.startswith("/start "):
        return [Reachability(kind=KIND, value=sender.value, is_reachable=True)]
    files, problems = files_of(message)
    text = words or _described(message)
    if not text and not files and not problems:
        return [Ignored(reason="A Telegram service message")]
    return [
        Inbound(
            external_id=_external_id(message),
            sender=sender,
            text=_forwarded(message) + text,
            files=files,
            clues=Clues(thread_key=str(message["chat"]["id"])),
            occurred_at=_time(message.get("date")),
            sender_auth="pass",
            problems=problems,
        )
    ]


def _edit(message: Json) -> list[ParsedEvent]:
    return [
        Edit(external_id=_external_id(message), text=_forwarded(message) + (_words(message) or _described(message)))
    ]


def _membership(change: Json) -> list[ParsedEvent]:
    status = change["new_chat_member"]["status"]
    value = str(change["from"]["id"])
    if status in ("kicked", "left"):
        return [Reachability(kind=KIND, value=value, is_reachable=False, reason=BLOCKED)]
    return [Reachability(kind=KIND, value=value, is_reachable=True)]


_READERS: dict[str, Callable[[Json], list[ParsedEvent]]] = {
    "message": _message,
    "edited_message": _edit,
    "my_chat_member": _membership,
}


def _sender(user: Json) -> Sender:
    """The numeric id is the identity; names and user names change."""
    full = " ".join(str(user[name]) for name in ("first_name", "last_name") if user.get(name))
    name = clean_name(full) or clean_name(str(user.get("username") or ""))
    return Sender(kind=KIND, value=str(int(user["id"])), name=name, verified_how="provider")


def _time(seconds: Any) -> datetime | None:
    """The provider's time is only shown: an absurd one is no reason to lose the message."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _external_id(message: Json) -> str:
    return f"{int(message['chat']['id'])}:{int(message['message_id'])}"


def _message_number(external_id: str) -> int:
    return int(external_id.rpartition(":")[2])


def _words(message: Json) -> str:
    return clean_text(str(message.get("text") or message.get("caption") or "")).strip()


def _forwarded(message: Json) -> str:
    origin = message.get("forward_origin")
    if not isinstance(origin, dict):
        return ""
    source = origin.get("sender_user") or origin.get("sender_chat") or origin.get("chat") or {}
    name = source.get("first_name") or source.get("title") or origin.get("sender_user_name") or "someone"
    return f"Forwarded from {clean_line(str(name), 80)}:\n"


def _described(message: Json) -> str:
    """Words for what is neither text nor a file."""
    if place := message.get("venue"):
        return f"Place: {clean_line(str(place.get('title', '')))}, {clean_line(str(place.get('address', '')))}"
    if place := message.get("location"):
        return f"Location: {float(place['latitude'])}, {float(place['longitude'])}"
    if person := message.get("contact"):
        name, phone = str(person.get("first_name", "")), str(person.get("phone_number", ""))
        return f"Contact: {clean_name(name)} {clean_line(phone)}"
    if sticker := message.get("sticker"):
        return clean_line(str(sticker.get("emoji") or "Sticker"), 20)
    if dice := message.get("dice"):
        return f"{clean_line(str(dice.get('emoji', '')), 10)} {dice.get('value', '')}".strip()
    for name in ("poll", "story", "checklist", "paid_media", "game", "giveaway"):
        if name in message:
            return f"The customer sent a {name.replace('_', ' ')}, which can only be seen in Telegram."
    return ""
