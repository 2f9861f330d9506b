"""The files of a Telegram message: which ones there are, and which are too large for a bot to fetch."""

from __future__ import annotations

from typing import Any

from channels_in.base import RemoteFile
from core.text import clean_file_name

# The Bot API gives bots no larger files.
MAX_FETCH_BYTES = 20 * 1024 * 1024

_FIXED_TYPES = {
    "voice": ("voice.ogg", "audio/ogg"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video-note.mp4", "video/mp4"),
    "animation": ("animation.mp4", "video/mp4"),
    "document": ("document", "application/octet-stream"),
}


def files_of(message: dict[str, Any]) -> tuple[tuple[RemoteFile, ...], tuple[str, ...]]:
    """The files, and a sentence for each that cannot be fetched."""
    found = _photo(message) or _other(message)
    if found is None:
        return (), ()
    if found.size is not None and found.size > MAX_FETCH_BYTES:
        return (), (f"{found.name}: larger than the 20 MB that Telegram gives to bots. Ask for it another way.",)
    return (found,), ()


def _photo(message: dict[str, Any]) -> RemoteFile | None:
    """Telegram offers a picture in several sizes; the largest is the picture."""
    sizes = message.get("photo")
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: int(size["width"]) * int(size["height"]))
    return RemoteFile(
        name=f"photo-{int(message['message_id'])}.jpg",
        content_type="image/jpeg",
        ref=str(largest["file_id"]),
        size=largest.get("file_size"),
    )


def _other(message: dict[str, Any]) -> RemoteFile | None:
    # An animation also comes as a document; the document has the name that the sender gave.
    for kind in ("document", "voice", "audio", "video", "video_note", "animation"):
        file = message.get(kind)
        if isinstance(file, dict):
            name, content_type = _FIXED_TYPES[kind]
            return RemoteFile(
                name=clean_file_name(str(file.get("file_name") or name), fallback=name),
                content_type=str(file.get("mime_type") or content_type),
                ref=str(file["file_id"]),
                size=file.get("file_size"),
            )
    return None
