"""The raw form of what a visitor wrote, as it is stored before anyone reads it. Pure, both ways."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.text import clean_line, clean_text
from tickets.inbound import Clues, Inbound, InboundFile, Sender

KIND = "webchat"
# How words came that were left while nobody was there.
FORM = "form"
_SUBJECT_LENGTH = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`id` is the browser's own id of this message: sent twice, it is one message. `identity` is our word for them."""

    id: str
    uid: str
    identity: str
    text: str
    name: str = ""
    email: str = ""
    is_verified: bool = False
    page: str = ""
    way: str = ""
    files: Sequence[InboundFile] = ()


def external_id(*, uid: str, client_id: str) -> str:
    return f"{uid}:{client_id}"


def client_id(external: str) -> str:
    """The browser's part of a message's external id."""
    return external.partition(":")[2]


def dump(written: Written) -> bytes:
    files = [
        {"name": file.name, "type": file.content_type, "content": base64.b64encode(file.content).decode()}
        for file in written.files
    ]
    values = {**asdict(written), "files": files}
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


def load(raw: bytes) -> Inbound:
    """Raises ValueError on anything that `dump` did not write."""
    try:
        said: dict[str, Any] = json.loads(raw)
        return _inbound(said)
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, binascii.Error) as problem:
        raise ValueError(f"This is no chat message: {problem!r}") from problem


def _inbound(said: dict[str, Any]) -> Inbound:
    text = clean_text(said["text"]).strip()
    files = tuple(_file(item) for item in said.get("files") or ())
    identity = said["identity"]
    return Inbound(
        external_id=external_id(uid=said["uid"], client_id=said["id"]),
        sender=Sender(
            kind=KIND,
            value=identity,
            name=clean_line(said.get("name") or "", 160) or f"Visitor {said['uid'][:4]}",
            verified_how="signed" if said.get("is_verified") is True else "",
        ),
        text=text,
        subject="" if text else ", ".join(file.name for file in files)[:_SUBJECT_LENGTH],
        recipients=_recipients(said),
        files=files,
        clues=Clues(thread_key=identity),
    )


def _recipients(said: dict[str, Any]) -> dict[str, Any]:
    """What else the visitor told about themselves; shown to agents as a claim."""
    told = {name: clean_line(str(said.get(name) or ""), 500) for name in ("email", "page", "way")}
    return {name: value for name, value in told.items() if value}


def _file(item: dict[str, Any]) -> InboundFile:
    return InboundFile(
        name=str(item["name"]),
        content_type=str(item["type"]),
        content=base64.b64decode(item["content"], validate=True),
    )
