"""The files of a mail: inside the text, beside it, or, when they are too large to travel, as links to the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from channels_in.email.compose.body import LinkedFile, Picture
from channels_in.email.compose.people import plain
from core.text import clean_line
from tickets.models import Attachment, Message
from tickets.selectors.outgoing import content_of, file_link, files_of

# Mail systems take 25 MB, and files grow by a third on their way.
TRAVELS_BYTES = 18 * 1024 * 1024
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """What travels inside the text, what beside it, and what waits at the desk."""

    inside: list[Part]
    beside: list[Part]
    links: list[LinkedFile]

    @property
    def pictures(self) -> list[Picture]:
        return [Picture(part.name, part.content_id) for part in self.inside]


def files_for(message: Message, *, domain: str, as_links: bool) -> Files:
    """`as_links`: a server has said that the mail is too large. The smallest travel first, the order stays."""
    files = files_of(message)
    travelling = set[UUID]() if as_links else _travelling(files)
    parts = Files([], [], [])
    for file in files:
        name = plain(clean_line(file.name)) or "file"
        if file.pk not in travelling:
            parts.links.append(LinkedFile(name, file.size, file_link(file)))
        elif file.is_inline and file.content_type in _PICTURES:
            parts.inside.append(Part(name, file.content_type, content_of(file), f"{file.pk.hex}@{domain}"))
        else:
            parts.beside.append(Part(name, _sound_type(file.content_type), content_of(file)))
    return parts


def _travelling(files: Sequence[Attachment]) -> set[UUID]:
    room, chosen = TRAVELS_BYTES, set[UUID]()
    for file in sorted(files, key=lambda item: item.size):
        if file.size <= room:
            room -= file.size
            chosen.add(file.pk)
    return chosen


def _sound_type(content_type: str) -> str:
    kind, _, subtype = content_type.partition("/")
    if not subtype or kind in ("multipart", "message"):
        return "application/octet-stream"
    return content_type
