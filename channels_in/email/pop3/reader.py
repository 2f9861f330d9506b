"""Brings what a POP3 mailbox holds to the door, newest first; the book of UIDLs tells what was dealt with."""

from __future__ import annotations

import poplib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings

from channels_in.email.mailbox import Mailbox
from channels_in.email.parse.headers import split_head
from channels_in.email.pop3.session import Session
from channels_in.email.services import fetched, fetching
from channels_in.email.services.fetched import Found
from core.crashpoints import crashpoint
from tickets.models import Inbox

BATCH = 50
# Lines of the body that are asked for of a mail that is too large, about 256 kB.
BEGINNING_LINES = 3_400


def read(client: Session, inbox: Inbox, mailbox: Mailbox) -> int:
    """One look at the mailbox: everything that is not in the book; returns how many mails were new."""
    state = fetching.state_of(inbox)
    if state.mailbox != mailbox.key:
        # There are no UIDs here: a backfill_uid only says that the first look is not over yet.
        fetching.begin(state, mailbox, generation=0, next_uid=1, has_older=True)
    is_first = state.backfill_uid > 0
    listed = _listed(client)
    sizes = _sizes(client)
    count = 0
    for batch in _batches(listed[::-1]):
        known = fetched.known(inbox, 0, [uidl for _, uidl in batch])
        for number, uidl in batch:
            if uidl not in known:
                count += _take(client, inbox, number, uidl, sizes.get(number, 0), state.window_from, is_first=is_first)
            if mailbox.deletes and uidl in fetched.known(inbox, 0, [uidl]):
                client.dele(number)
        fetching.note_good(inbox)
    missing = len(listed) - sum(len(fetched.known(inbox, 0, [uidl for _, uidl in batch])) for batch in _batches(listed))
    fetching.move(state, backfill_uid=0)
    fetching.note_count(state, server_count=len(listed), missing=missing)
    return count


def _take(
    client: Session,
    inbox: Inbox,
    number: int,
    uidl: str,
    size: int,
    window_from: datetime | None,
    *,
    is_first: bool,
) -> int:
    """`is_first`: what lies in the mailbox at the first look came before the desk did."""
    if is_first and window_from is not None and _arrived_before(client, number, window_from):
        fetched.pass_over(inbox, 0, [uidl])
        return 0
    is_large = size > settings.MAX_MAIL_BYTES
    try:
        _, lines, _ = client.top(number, BEGINNING_LINES) if is_large else client.retr(number)
    except poplib.error_proto as error:
        if not str(error).startswith("b'-ERR"):
            raise
        # This one cannot be had: it counts as missing, and those behind it are not held up.
        return 0
    crashpoint("fetch.after_retrieval")
    found = Found(
        mark=uidl,
        raw=b"\r\n".join(lines) + b"\r\n",
        arrived_at=None,
        whole_size=size if is_large else 0,
        is_history=is_first,
    )
    return fetched.store(inbox, 0, [found])


def _listed(client: Session) -> list[tuple[int, str]]:
    """(number, UIDL) of every mail, oldest first."""
    _, lines, _ = client.uidl()
    pairs = [line.split(None, 1) for line in lines]
    return [(int(pair[0]), pair[1].decode("ascii", "replace").strip()[:100]) for pair in pairs if len(pair) == 2]


def _sizes(client: Session) -> dict[int, int]:
    _, lines, _ = client.list()
    return {int(pair[0]): int(pair[1]) for line in lines if len(pair := line.split()) >= 2}


def _arrived_before(client: Session, number: int, start: datetime) -> bool:
    """POP3 does not tell when a mail arrived: the topmost Received does, else its Date. In doubt it is taken."""
    with suppress(poplib.error_proto, ValueError, TypeError, OverflowError):
        _, lines, _ = client.top(number, 0)
        raw = b"\r\n".join(lines) + b"\r\n\r\n"
        head, _ = split_head(raw, 0, len(raw))
        written = head.first_filled("received").rpartition(";")[2].strip() or head.first_filled("date")
        at = parsedate_to_datetime(written)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)) < start
    return False


def _batches(listed: Sequence[tuple[int, str]]) -> Iterator[Sequence[tuple[int, str]]]:
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]
