"""Who wrote the mail that somebody passes on, and what: by its header block, or by the attached mail. Pure."""

from __future__ import annotations

import re

from channels_in.email.kind import KIND
from channels_in.email.parse import ParsedMail, parse
from channels_in.email.parse.addresses import Address, first_address
from channels_in.email.parse.phrases import FORWARD, FROM, HEADER_LINE, SEPARATOR, SUBJECT
from core.text import clean_line
from tickets.inbound import Forwarded, Sender

_PREFIX = re.compile(
    r"\A\s*(?:\[[^\]]{1,40}\]\s*)*"
    r"(?:fwd?|wg|tr|rv|enc|i|doorst|pd|vs|vb|videresendt|转发|轉寄|転送)\s*[:：]\s*",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"\A\s*(?:re|aw|sv|antw?|rif|res|odp|回复|返信)\s*[:：]", re.IGNORECASE)
_QUOTE = re.compile(r"^>\s?")
MOST_LINES = 4_000
# A header block is this many known fields at least, close together.
FEWEST_FIELDS = 2
BLOCK_LINES = 14


def forwarded(mail: ParsedMail) -> Forwarded | None:
    """None when it is no forward, or when the original sender's address cannot be read."""
    if _ANSWER.match(mail.subject):
        return None  # what was once forwarded is only quoted here
    is_named_so = _PREFIX.match(mail.subject) is not None
    attached = [file for file in mail.files if file.type == "message/rfc822"]
    if len(attached) == 1 and (is_named_so or not mail.text.strip()):
        return _from_attached(mail, attached[0].content)
    return _from_text(mail, is_named_so=is_named_so)


def _from_attached(mail: ParsedMail, content: bytes) -> Forwarded | None:
    inner = parse(content)
    if not inner.sender.address:
        return None
    return Forwarded(
        sender=_sender(inner.sender),
        subject=inner.subject or _without_prefix(mail.subject),
        text=inner.reply_text or inner.text,
        cover=mail.text.strip(),
        message_id=inner.message_id,
    )


def _from_text(mail: ParsedMail, *, is_named_so: bool) -> Forwarded | None:
    lines = mail.text.split("\n")[:MOST_LINES]
    for index, line in enumerate(lines):
        is_mark = FORWARD.match(line) is not None
        if not (is_mark or (is_named_so and (SEPARATOR.match(line) or _is_from(line)))):
            continue
        start = index if _is_from(line) else index + 1
        if found := _block(lines, start):
            return _read(mail, lines, index, found)
    return None


def _is_from(line: str) -> bool:
    match = HEADER_LINE.match(line)
    return match is not None and match.lastgroup is not None and match.group(FROM) is not None


def _block(lines: list[str], start: int) -> tuple[dict[str, str], int] | None:
    """The fields of the header block that begins at `start`, and where the text begins."""
    fields: dict[str, str] = {}
    position, last = start, ""
    for position in range(start, min(start + BLOCK_LINES, len(lines))):
        line = lines[position]
        match = HEADER_LINE.match(line)
        if match:
            last = next(name for name in ("from", "date", "to", "subject") if match.group(name))
            fields.setdefault(last, (match.group("value") or "").strip())
        elif not _QUOTE.sub("", line).strip():
            if fields:
                break
        elif fields and last:
            fields[last] = f"{fields[last]} {line.strip()}"[:1000]  # a wrapped value
        else:
            return None
    if FROM not in fields or len(fields) < FEWEST_FIELDS:
        return None
    return fields, position + 1


def _read(mail: ParsedMail, lines: list[str], mark: int, found: tuple[dict[str, str], int]) -> Forwarded | None:
    fields, body = found
    address = first_address(fields[FROM].replace("[mailto:", "<").replace("]", ">").replace("*", ""))
    if address is None or not address.address:
        return None
    text = lines[body:]
    if all(line.startswith(">") for line in text if line.strip()):
        text = [_QUOTE.sub("", line) for line in text]
    return Forwarded(
        sender=_sender(address),
        subject=clean_line(fields.get(SUBJECT, "").strip("* ")) or _without_prefix(mail.subject),
        text="\n".join(text).strip(),
        cover="\n".join(lines[:mark]).strip(),
    )


def _sender(address: Address) -> Sender:
    return Sender(kind=KIND, value=address.address, name=address.name)


def _without_prefix(subject: str) -> str:
    return _PREFIX.sub("", subject, count=1)
