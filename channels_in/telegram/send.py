"""A reply on its way to Telegram: cut into the parts that Telegram takes, each sent once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from channels_in.base import ChannelError, ErrorKind, Progress, Sent
from channels_in.telegram import api
from tickets.models import Attachment, Inbox, Message
from tickets.selectors.outgoing import answered_by, content_of, files_of

TEXT_UNITS = 4096
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})

Part = Callable[[], Any]


def send(inbox: Inbox, message: Message, progress: Progress) -> Sent:
    """Send what has not arrived yet, part by part. Raises ChannelError."""
    chat_id = _chat_id(message)
    for part in _parts(inbox, message, chat_id)[len(progress.arrived) :]:
        result = part()
        external_id = f"{chat_id}:{result['message_id']}"
        progress.arrived.append(external_id)
        progress.note(external_id)
    return Sent(external_id=progress.arrived[0] if progress.arrived else "")


def split(text: str, units: int = TEXT_UNITS) -> list[str]:
    """The text in pieces of at most `units` UTF-16 units, cut at line ends or spaces where there are any."""
    pieces: list[str] = []
    rest = text.strip()
    while _units(rest) > units:
        cut = _cut(rest, _fitting(rest, units))
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, end: int) -> int:
    """Where to end a piece of at most `end` characters: at a line's or a word's end, unless that is far away."""
    if text[end].isspace():
        return end
    for mark in ("\n", " "):
        if (cut := text.rfind(mark, end // 2, end)) > 0:
            return cut
    return end


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _fitting(text: str, units: int) -> int:
    """How many characters of the text fit; characters beyond the basic plane take two units."""
    taken = 0
    for position, character in enumerate(text):
        taken += 2 if ord(character) > 0xFFFF else 1
        if taken > units:
            return position
    return len(text)


def _parts(inbox: Inbox, message: Message, chat_id: str) -> list[Part]:
    parts: list[Part] = []
    for number, piece in enumerate(split(message.text)):
        payload: dict[str, Any] = {"chat_id": int(chat_id), "text": piece}
        if number == 0 and (quoted := _reply_parameters(message)):
            payload["reply_parameters"] = quoted
        parts.append(partial(api.call, inbox, "sendMessage", payload))
    parts += [partial(_send_file, inbox, chat_id, file) for file in files_of(message)]
    return parts


def _send_file(inbox: Inbox, chat_id: str, file: Attachment) -> Any:
    if file.size > MAX_UPLOAD_BYTES:
        raise ChannelError(ErrorKind.PERMANENT, f"{file.name} is larger than the 50 MB that Telegram takes.")
    is_photo = file.content_type in _PHOTO_TYPES and file.size <= MAX_PHOTO_BYTES
    method, field = ("sendPhoto", "photo") if is_photo else ("sendDocument", "document")
    return api.upload(inbox, method, {"chat_id": chat_id}, field, (file.name, content_of(file), file.content_type))


def _chat_id(message: Message) -> str:
    """A private chat has the number of its user."""
    for recipient in message.recipients.get("to", []):
        address = str(recipient.get("address", ""))
        if address.lstrip("-").isdigit():
            return address
    raise ChannelError(ErrorKind.PERMANENT, "This contact has no Telegram address.")


def _reply_parameters(message: Message) -> dict[str, Any] | None:
    answered = answered_by(message)
    number = answered.external_id.rpartition(":")[2] if answered else ""
    if not number.isdigit():
        return None
    return {"message_id": int(number), "allow_sending_without_reply": True}
