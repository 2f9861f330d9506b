"""What is asked of a folder: its state, which mails there are, and their bytes. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from channels_in.email.imap.session import Session

# The first search looks at so many UIDs, the next at twice as many while nothing is found.
STEP_UP, STEP_DOWN = 5_000, 500
# imaplib refuses lines of more than a megabyte: so many UIDs fit on one with room to spare.
MOST_UIDS = 65_536
# Of a mail that is too large, so much of its body is taken.
BEGINNING_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Folder:
    generation: int
    count: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a mail before it is fetched."""

    uid: int
    size: int
    arrived_at: datetime | None


def look(client: Session, name: str) -> Folder:
    """Open the folder for reading (EXAMINE: not even \\Recent changes) and tell its state."""
    client.normalise_times = False
    said: dict[bytes, Any] = client.select_folder(name, readonly=True)
    client.was_told_of_mails()  # which is what we asked for
    count = int(said.get(b"EXISTS", 0))
    next_uid = int(said.get(b"UIDNEXT") or 0)
    if not next_uid:
        # Old servers do not tell it; "*" is always the newest mail.
        next_uid = max((int(uid) for uid in client.search(["UID", "*"])), default=0) + 1 if count else 1
    return Folder(generation=int(said[b"UIDVALIDITY"]), count=count, next_uid=next_uid)


def upwards(client: Session, folder: Folder, low: int) -> Iterator[list[int]]:
    """The UIDs from `low` on, ascending, in lists that are never long."""
    step = STEP_UP
    while low < folder.next_uid:
        high = min(low + step, folder.next_uid) - 1
        found = _search(client, low, high, None)
        if found:
            yield found
        low, step = high + 1, STEP_UP if found else _longer(step, folder)


def downwards(client: Session, folder: Folder, below: int, *, since: date | None = None) -> Iterator[list[int]]:
    """The UIDs under `below`, descending, in lists that are never long."""
    step = STEP_DOWN
    while below > 1:
        low = max(below - step, 1)
        found = _search(client, low, below - 1, since)
        if found:
            yield found[::-1]
        below, step = low, STEP_DOWN if found else _longer(step, folder)


def heads(client: Session, uids: Sequence[int]) -> list[Head]:
    """Size and arrival of those that are still there, in the order asked for."""
    said = client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"]) if uids else {}
    return [
        Head(uid, int(said[uid].get(b"RFC822.SIZE", 0)), _aware(said[uid].get(b"INTERNALDATE")))
        for uid in uids
        if uid in said
    ]


def whole(client: Session, uids: Sequence[int]) -> dict[int, bytes]:
    said = client.fetch(list(uids), ["BODY.PEEK[]"])
    return {uid: said[uid][b"BODY[]"] for uid in uids if uid in said and said[uid].get(b"BODY[]") is not None}


def beginning(client: Session, uid: int) -> bytes:
    """The head of a mail and the first part of its body; empty when the mail is gone."""
    said = client.fetch([uid], ["BODY.PEEK[HEADER]", f"BODY.PEEK[TEXT]<0.{BEGINNING_BYTES}>"])
    parts = said.get(uid, {})
    head = parts.get(b"BODY[HEADER]") or b""
    body = next((value for name, value in parts.items() if name.startswith(b"BODY[TEXT]")), None)
    return bytes(head) + bytes(body or b"")


def _search(client: Session, low: int, high: int, since: date | None) -> list[int]:
    criteria: list[Any] = ["UID", f"{low}:{high}"]
    if since is not None:
        criteria += ["SINCE", since]
    # Some servers answer with the newest mail even when it is out of range.
    return sorted({int(uid) for uid in client.search(criteria) if low <= uid <= high})


def _longer(step: int, folder: Folder) -> int:
    """Whatever the step, a small folder cannot answer with a long line."""
    return step * 2 if folder.count <= MOST_UIDS else min(step * 2, MOST_UIDS)


def _aware(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
