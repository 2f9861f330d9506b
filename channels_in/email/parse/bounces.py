"""Delivery reports: RFC 3464 first, then the formats of older mail systems by flufl.bounce, fenced in."""

import logging
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes

from flufl.bounce import all_failures

from channels_in.email.parse.addresses import normal_address
from channels_in.email.parse.headers import Headers, decode_words, split_head
from channels_in.email.parse.identifiers import own_message_id
from channels_in.email.parse.limits import MAX_BOUNCES, MAX_HEURISTIC_BOUNCE_BYTES
from channels_in.email.parse.mime import Part
from channels_in.email.parse.model import BouncedRecipient
from core.text import clean_line

# Its detectors stumble over broken mail and say so at length; that is expected here.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d\b")
_SYSTEM_SENDER = re.compile(
    r"^(mailer[-_.]?daemon|mail[-_.]?(?:delivery|daemon|system)|postmaster|bounces?|mmdf|uucp|listserv|mailsys)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|non-delivery|user unknown"
    r"|delivery (?:status|failure|failed|has failed|problem|notification|error|report)|returned mail"
    r"|mail (?:delivery|system error|failure)|failure notice|could not (?:be )?(?:deliver|send)|non[- ]?remis"
    r"|unzustellbar|nicht zustellbar|mail delayed|message (?:delayed|not delivered)|bounce|no (?:entregado|entregue)"
    r"|mancato recapito|niet bezorgd|nie dostarczono|не доставлено|недоставленн",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(rb"^(?:>\s*)?message-id:\s*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS_TYPE = re.compile(r"^\s*[\w-]+\s*;\s*")


def read_bounces(root: Part, subject: str, sender: str) -> tuple[tuple[BouncedRecipient, ...], bool]:
    """(failed or delayed recipients, whether the mail is a report of failure at all)."""
    leaves = [part for part in root.walk() if not part.is_multipart]
    original_id = _original_message_id(root, leaves)
    reports = [part for part in leaves if part.type == "message/delivery-status"]
    actions: set[str] = set()
    found: dict[str, BouncedRecipient] = {}
    for report in reports:
        for fields in _field_groups(report.payload()):
            action = fields.first_filled("action").split()[0].lower() if fields.first_filled("action") else ""
            actions.add(action)
            bounced = _recipient(fields, action, original_id)
            if bounced and len(found) < MAX_BOUNCES:
                found.setdefault(bounced.recipient, bounced)
    if found:
        return tuple(found.values()), True
    if reports and actions & {"delivered", "relayed", "expanded"}:
        return (), False
    if not _smells_of_bounce(root, subject, sender):
        return (), False
    guessed = _guess(root, original_id)
    return guessed, bool(guessed or reports or _is_system_mail(root, sender))


def _field_groups(content: bytes) -> Iterator[Headers]:
    """The blank-line separated groups of a delivery-status part; the first is about the whole message."""
    position = 0
    for _ in range(MAX_BOUNCES + 1):
        if position >= len(content):
            return
        fields, after = split_head(content, position, len(content))
        yield fields
        # A group that ended in damage must not stop the walk.
        position = after if after > position else content.find(b"\n", position) + 1 or len(content)


def _recipient(fields: Headers, action: str, message_id: str) -> BouncedRecipient | None:
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    address = next(filter(None, (_address(fields.first_filled(name)) for name in names)), "")
    if not address or action in ("delivered", "relayed", "expanded"):
        return None
    diagnostic = clean_line(decode_words(fields.first_filled("diagnostic-code")), 300)
    status = _status(fields.first_filled("status")) or _status(diagnostic)
    is_delay = action == "delayed"
    if not action and not status:
        return None
    if not status:
        status = "4.0.0" if is_delay else _status_of_code(diagnostic) or "5.0.0"
    if status.startswith("2") and action != "failed":
        return None
    is_permanent = not is_delay and not status.startswith("4")
    return BouncedRecipient(address, status, is_permanent, message_id, diagnostic, is_delay)


def _address(value: str) -> str:
    value = _ADDRESS_TYPE.sub("", value).strip()
    return normal_address(value.split()[0]) if value else ""


def _status(text: str) -> str:
    match = _STATUS.search(text)
    return match.group() if match else ""


def _status_of_code(text: str) -> str:
    match = _REPLY_CODE.search(text)
    return f"{match.group(1)}.0.0" if match else ""


def _original_message_id(root: Part, leaves: list[Part]) -> str:
    """The id of the mail that came back: in the returned part, or quoted below the report."""
    for part in leaves:
        if part.type in ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"):
            content = part.payload()
            headers, _ = split_head(content, 0, len(content))
            if message_id := own_message_id(headers.first_filled("message-id")):
                return message_id
    body = root.source[root.start : min(root.end, root.start + 200_000)]
    quoted = _MESSAGE_ID.search(body)
    if quoted:
        return own_message_id(quoted.group(1).decode("utf-8", "replace"))
    return own_message_id(root.headers.first_filled("in-reply-to")) if root.headers.has("x-failed-recipients") else ""


def _is_system_mail(root: Part, sender: str) -> bool:
    return root.headers.raw("return-path").strip() == "<>" or _SYSTEM_SENDER.match(sender) is not None


def _smells_of_bounce(root: Part, subject: str, sender: str) -> bool:
    return (
        root.type == "multipart/report"
        or root.headers.has("x-failed-recipients")
        or _SYSTEM_SENDER.match(sender) is not None
        or (_BOUNCE_SUBJECT.search(subject) is not None)
    )


def _guess(root: Part, message_id: str) -> tuple[BouncedRecipient, ...]:
    """flufl.bounce knows dozens of formats, but its patterns slow down on long input: it sees the beginning only."""
    declared = root.headers.all_raw("x-failed-recipients")
    if declared:
        addresses = [normal_address(item) for value in declared for item in value.split(",")]
        return _bounced([item for item in addresses if item], True, message_id)
    try:
        message = message_from_bytes(root.source[: root.start] + _cropped_body(root))
        temporary, permanent = all_failures(message)
    except Exception:
        return ()
    return _bounced(_addresses(permanent), True, message_id) + _bounced(
        _addresses(temporary - permanent), False, message_id
    )


def _cropped_body(root: Part) -> bytes:
    body = root.source[root.start : min(root.end, root.start + MAX_HEURISTIC_BOUNCE_BYTES)]
    return b"\n".join(line[:1000] for line in body.split(b"\n"))


def _addresses(found: Iterable[bytes]) -> list[str]:
    decoded = (item.decode("utf-8", "replace") for item in found)
    return sorted({address for item in decoded if (address := normal_address(item))})


def _bounced(addresses: list[str], is_permanent: bool, message_id: str) -> tuple[BouncedRecipient, ...]:
    status = "5.0.0" if is_permanent else "4.0.0"
    return tuple(
        BouncedRecipient(address, status, is_permanent, message_id, is_delay=not is_permanent)
        for address in addresses[:MAX_BOUNCES]
    )
