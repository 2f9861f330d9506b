"""Whether a visitor is still there. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# The socket renews `last_seen_at` every half minute while the chat is in view.
GONE_AFTER = timedelta(minutes=2)


def is_gone(last_seen_at: datetime | None, *, at: datetime) -> bool:
    return last_seen_at is None or last_seen_at < at - GONE_AFTER
