"""A visitor's words come in: limited, stored raw, then handled at once in this process for the sake of haste."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels_in.models import ChatVisitor
from channels_in.services.accept import accept
from channels_in.services.process import process_now
from channels_in.webchat.payload import Written, dump, external_id
from core.errors import Invalid, NotAllowed, TooLarge
from core.text import clean_text
from tickets.inbound import InboundFile

MAX_TEXT_BYTES = 10_000
MAX_FILES = 5
MAX_FILE_BYTES = 10 * 1024 * 1024
# Nothing of it reaches a conversation; what is "held" (a blocked contact's) only when a person lets it in.
_TOLD_NO = ("ignored", "held")
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The words are safe. `number` is missing while they still wait behind earlier ones."""

    id: str
    number: int | None = None


def say(
    visitor: ChatVisitor,
    *,
    client_id: str,
    text: str,
    files: Sequence[InboundFile] = (),
    page: str = "",
    way: str = "",
) -> Stored:
    """Take in one message; the same `client_id` again is the same message. Raises Invalid, TooLarge, NotAllowed."""
    check(client_id=client_id, text=text, files=files)
    if not visitor.inbox.is_active:
        raise NotAllowed("This chat is closed at the moment.", word="chat_closed")
    written = Written(
        id=client_id,
        uid=visitor.uid,
        identity=visitor.identity.value,
        text=text,
        name=visitor.name,
        email=visitor.email,
        is_verified=visitor.is_verified,
        page=page[:500],
        way=way,
        files=tuple(files),
    )
    accepted = accept(
        visitor.inbox,
        external_id(uid=visitor.uid, client_id=client_id),
        dump(written),
        {},
        lane=visitor.identity.value,
        is_enqueued=False,
    )
    done = process_now(accepted.delivery_id)
    if done.outcome in _TOLD_NO:
        raise NotAllowed("Your message was not accepted.", word="message_refused")
    return Stored(id=client_id, number=done.ticket_number)


def check(*, client_id: str, text: str, files: Sequence[InboundFile]) -> None:
    """What is refused before anything is stored."""
    if not _CLIENT_ID.fullmatch(client_id):
        raise Invalid("This message has no usable id.", fields={"id": "8 to 64 letters, digits or dashes."})
    if len(text.encode(errors="replace")) > MAX_TEXT_BYTES:
        raise TooLarge(
            "This message is too long. Please split it.",
            fields={"text": "At most 10,000 bytes."},
            word="message_too_long",
        )
    if not clean_text(text).strip() and not files:
        raise Invalid("Write something first.", fields={"text": "Write something first."}, word="message_empty")
    if len(files) > MAX_FILES:
        raise TooLarge(
            f"At most {MAX_FILES} files in one message.",
            fields={"files": f"At most {MAX_FILES} files."},
            word="files_too_many",
        )
    for file in files:
        if len(file.content) > MAX_FILE_BYTES:
            limit = f"{MAX_FILE_BYTES // 1_048_576} MB"
            raise TooLarge(
                f"“{file.name}” is larger than {limit}.",
                fields={"files": f"At most {limit} for each file."},
                word="files_too_large",
            )
