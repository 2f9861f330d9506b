"""What is known of a mail beside its bytes: when it arrived, whether it is whole, whether it is of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

_MEGABYTE = 1024 * 1024


def history_of(headers: Mapping[str, str]) -> str:
    """The status of the ticket that a mail of the past makes; "" for mail that comes in now."""
    return headers.get("history", "")


def written_at(date: datetime | None, headers: Mapping[str, str]) -> datetime | None:
    """The mail's own date, else when the server took it in."""
    arrived_at = headers.get("arrived_at")
    return date or (datetime.fromisoformat(arrived_at) if arrived_at else None)


def cut_words(headers: Mapping[str, str]) -> list[str]:
    """A sentence for a mail of which only the beginning was taken."""
    size = int(headers.get("whole_size") or 0)
    if not size:
        return []
    return [f"It has {size / _MEGABYTE:.0f} MB: only its beginning is here, the whole stays on the mail server."]
