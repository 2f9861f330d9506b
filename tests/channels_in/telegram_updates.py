"""Telegram updates as Rosa's phone makes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

ROSA = 5550001
_updates = count(800_000_001)


def update(**parts: Any) -> bytes:
    return json.dumps({"update_id": next(_updates), **parts}).encode()


def message(number: int, *, chat: int = ROSA, **parts: Any) -> dict[str, Any]:
    return {
        "message_id": number,
        "from": {"id": chat, "is_bot": False, "first_name": "Rosa", "last_name": "Lind", "username": "rosal"},
        "chat": {"id": chat, "type": "private", "first_name": "Rosa"},
        "date": 1763766000 + number,
        **parts,
    }


def text(number: int, words: str, *, chat: int = ROSA) -> bytes:
    return update(message=message(number, chat=chat, text=words))


def photo(number: int, *, file_id: str = "large", **parts: Any) -> bytes:
    sizes = [
        {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 67, "file_size": 1200},
        {"file_id": file_id, "file_unique_id": "l", "width": 1280, "height": 960, "file_size": 98000},
    ]
    return update(message=message(number, photo=sizes, **parts))


def album(group: str, *numbers: int) -> Iterator[bytes]:
    for place, number in enumerate(numbers):
        caption = {"caption": "two photos"} if place == 0 else {}
        yield photo(number, file_id=f"file-{number}", media_group_id=group, **caption)


def membership(status: str, *, chat: int = ROSA) -> bytes:
    part = message(1, chat=chat)
    return update(
        my_chat_member={
            "chat": part["chat"],
            "from": part["from"],
            "date": part["date"],
            "old_chat_member": {"status": "member", "user": {"id": 1, "is_bot": True, "first_name": "Desk"}},
            "new_chat_member": {"status": status, "user": {"id": 1, "is_bot": True, "first_name": "Desk"}},
        }
    )
