"""The mails of an mbox, a Maildir or a folder of .eml files, oldest first, one at a time in memory."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from channels_in.email.parse.headers import split_head

_FROM_LINE = re.compile(rb"(?:\A|\n)From [^\r\n]*\r?\n")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")
# Heads are looked at for their dates; more than this of one is not needed for that.
_HEAD_BYTES = 64 * 1024
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)


class NoArchive(Exception):
    """The path is none of the kinds that can be read; the text says so."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies: a file of its own (`size` 0), or a part of an mbox."""

    written_at: datetime
    path: Path
    start: int = 0
    size: int = 0

    def read(self) -> bytes:
        if not self.size:
            return self.path.read_bytes()
        with self.path.open("rb") as file:
            file.seek(self.start)
            # mbox hides lines that begin with "From " behind a ">".
            return _QUOTED_FROM.sub(rb"\1", file.read(self.size))


def places(path: Path) -> list[Place]:
    """Every mail below the path, oldest first: so that an answer finds what it answers. Raises NoArchive."""
    if path.is_file():
        found = [_of_file(path)] if path.suffix.lower() == ".eml" else list(_of_mbox(path))
    elif path.is_dir():
        found = [place for file in sorted(path.rglob("*")) if _may_hold_mail(file) for place in _of_any(file)]
    else:
        raise NoArchive(f"There is nothing at {path}.")
    if not found:
        raise NoArchive(f"{path} holds no mail: an mbox file, a Maildir, or a folder of .eml files is expected.")
    return sorted(found, key=lambda place: (place.written_at, str(place.path), place.start))


def _may_hold_mail(file: Path) -> bool:
    """Of a Maildir the files below cur/ and new/ (tmp/ is not delivered yet), elsewhere by their endings."""
    if not file.is_file():
        return False
    return file.parent.name in ("cur", "new") or file.suffix.lower() in (".eml", ".mbox")


def _of_any(file: Path) -> Iterator[Place]:
    if file.suffix.lower() == ".mbox":
        yield from _of_mbox(file)
    else:
        yield _of_file(file)


def _of_file(file: Path) -> Place:
    with file.open("rb") as opened:
        return Place(_date_of(opened.read(_HEAD_BYTES)), file)


def _of_mbox(file: Path) -> Iterator[Place]:
    if not file.stat().st_size:
        return
    with file.open("rb") as opened, closing(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)) as content:
        start = -1
        for found in _FROM_LINE.finditer(content):
            if start < 0 and found.start() > 0:
                raise NoArchive(f"{file} is no mbox: it does not begin with a From line.")
            if start >= 0:
                yield _part(file, content, start, found.start() + 1)
            start = found.end()
        if start < 0:
            raise NoArchive(f"{file} is no mbox: it holds no From line.")
        yield _part(file, content, start, len(content))


def _part(file: Path, content: mmap.mmap, start: int, end: int) -> Place:
    return Place(_date_of(content[start : min(end, start + _HEAD_BYTES)]), file, start, end - start)


def _date_of(raw: bytes) -> datetime:
    """The mail's Date, for the order only; mails without a date come first."""
    head, _ = split_head(raw, 0, len(raw))
    try:
        at = parsedate_to_datetime(head.first_filled("date"))
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return _DAWN
