"""Chat-like conversations that change hands: the same person goes on under another key."""

from __future__ import annotations

from core.db import lock, run
from core.events.bus import unit_of_work
from tickets.models import OPEN_STATUSES, ChannelThread, Inbox


def hand_over_thread(inbox: Inbox, *, from_key: str, to_key: str) -> None:
    """The open ticket of `from_key` goes on under `to_key`, unless that has an open one of its own."""
    with unit_of_work():
        run([lock("thread", inbox.pk, key) for key in sorted([from_key, to_key])])
        threads = ChannelThread.objects.select_related("ticket").filter(inbox=inbox, key__in=[from_key, to_key])
        tickets = {thread.key: thread.ticket for thread in threads}
        moving, own = tickets.get(from_key), tickets.get(to_key)
        if moving is None or moving.status not in OPEN_STATUSES:
            return
        if own is not None and own.status in OPEN_STATUSES:
            return
        ChannelThread.objects.update_or_create(inbox=inbox, key=to_key, defaults={"ticket": moving})
