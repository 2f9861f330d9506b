"""Delivery reports: RFC 3464 first, then the formats of older mail systems by flufl.bounce, then by their words."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from channels_in.email.parse import bounce_words as words
from channels_in.email.parse.addresses import normal_address, parse_addresses
from channels_in.email.parse.bounce_texts import guess_recipients, says_failure, status_in
from channels_in.email.parse.fence import fenced
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
_MESSAGE_ID = re.compile(rb"^(?:>\s*)?message-id:\s*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
_REPORT_TYPES = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED_TYPES = frozenset(
    ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers", "message/global-headers")
)
_ARRIVED = frozenset(("delivered", "relayed", "expanded"))
_ANSWERED = re.compile(r"^\s*(?:re|aw|sv|antw|odp|res|r|回复|答复)\s?(?:\[\d+\])?\s?[:：]", re.IGNORECASE)
_FORWARDED = re.compile(r"^\s*(?:(?:re|aw)\s?:\s*)?(?:fwd?|wg|tr|rv|i|enc|doorst|pd|转发)\s?[:：]", re.IGNORECASE)
_DETECTOR_SECONDS = 0.2
_NOTHING: tuple[frozenset[bytes], frozenset[bytes]] = (frozenset(), frozenset())
_ADDRESS_TYPE = re.compile(r"^\s*[\w-]+\s*;\s*")


@dataclass(frozen=True, slots=True)
class Report:
    """Failed or delayed recipients; a report may also name nobody."""

    bounces: tuple[BouncedRecipient, ...] = ()
    is_bounce: bool = False
    is_uncertain: bool = False


NO_REPORT = Report()


def read_bounces(root: Part, subject: str, sender: str, text: str) -> Report:
    leaves = [part for part in root.walk() if not part.is_multipart]
    reports = [part for part in leaves if part.type in _REPORT_TYPES]
    if not reports and not _smells_of_bounce(root, subject, sender):
        return NO_REPORT
    original_id = _original_message_id(root, leaves)
    found, actions = _standard_reports(reports, original_id)
    if found:
        return Report(found, is_bounce=True)
    if reports and actions & _ARRIVED and "failed" not in actions:
        return NO_REPORT
    is_certain = bool(reports) or _is_system_mail(root, sender)
    guessed = _guess(root, leaves, text, original_id, is_certain=is_certain)
    is_told = words.SUBJECT.search(subject) is not None or says_failure(text)
    is_bounce = bool(guessed or reports or (is_certain and is_told))
    return Report(guessed, is_bounce, is_uncertain=is_bounce and not is_certain)


def _standard_reports(reports: list[Part], original_id: str) -> tuple[tuple[BouncedRecipient, ...], set[str]]:
    """(recipients, every action) of the delivery-status parts."""
    actions: set[str] = set()
    found: dict[str, BouncedRecipient] = {}
    for report in reports:
        for fields in _field_groups(report.payload()):
            action = fields.first_filled("action").split()[0].lower() if fields.first_filled("action") else ""
            actions.add(action)
            bounced = _recipient(fields, action, original_id)
            if bounced and len(found) < MAX_BOUNCES:
                found.setdefault(bounced.recipient, bounced)
    return tuple(found.values()), actions


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
    if not address or action in _ARRIVED:
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
    # "gon...@example.net" was made unreadable on the way; it is nobody's address.
    return normal_address(value.split()[0]) if value and "..." not in value else ""


def _status(text: str) -> str:
    match = _STATUS.search(text)
    return match.group() if match else ""


def _status_of_code(text: str) -> str:
    match = _REPLY_CODE.search(text)
    return f"{match.group(1)}.0.0" if match else ""


def _original_message_id(root: Part, leaves: list[Part]) -> str:
    """The id of the mail that came back: in the returned part, or quoted below the report."""
    for part in leaves:
        if part.type in _RETURNED_TYPES:
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
    return (
        root.headers.raw("return-path").strip() == "<>"
        or words.SYSTEM_SENDER.match(sender) is not None
        or root.headers.first_filled("from").strip() in ("<>", "")
    )


def _smells_of_bounce(root: Part, subject: str, sender: str) -> bool:
    """Somebody who answers or forwards a report is a person with a question, whatever the subject says."""
    if root.type == "multipart/report" or root.headers.has("x-failed-recipients"):
        return True
    if words.SYSTEM_SENDER.match(sender):
        return True
    if _FORWARDED.match(subject) or (_ANSWERED.match(subject) and root.headers.has("in-reply-to")):
        return False
    return words.SUBJECT.search(subject) is not None or root.headers.first_filled("from").strip() == "<>"


def _guess(
    root: Part, leaves: list[Part], text: str, message_id: str, *, is_certain: bool
) -> tuple[BouncedRecipient, ...]:
    """The named header, the formats that flufl.bounce knows, the words of the text, the returned mail's receiver."""
    declared = root.headers.all_raw("x-failed-recipients")
    if declared:
        addresses = [normal_address(item) for value in declared for item in value.split(",")]
        return _bounced([item for item in addresses if item], True, message_id, text)
    temporary, permanent = fenced(lambda: all_failures(_message(root)), _NOTHING, seconds=_DETECTOR_SECONDS)
    if temporary or permanent:
        return _bounced(_addresses(permanent), True, message_id, text) + _bounced(
            _addresses(temporary - permanent), False, message_id, text
        )
    if not is_certain:
        return ()
    own = {item.address for name in ("to", "from", "reply-to") for item in parse_addresses(root.headers.raw(name))}
    guesses = guess_recipients(text, own)[:MAX_BOUNCES]
    if guesses:
        return tuple(
            BouncedRecipient(
                item.address, item.status, not item.is_delay and item.status[0] == "5", message_id, item.diagnostic,
                item.is_delay,
            )
            for item in guesses
        )  # fmt: skip
    receiver = _receiver_of_returned(leaves) if says_failure(text) else ""
    return _bounced([receiver], True, message_id, text) if receiver and receiver not in own else ()


def _message(root: Part) -> Message:
    """What flufl.bounce gets to see: its patterns slow down on long input, so the beginning only."""
    body = root.source[root.start : min(root.end, root.start + MAX_HEURISTIC_BOUNCE_BYTES)]
    cropped = b"\n".join(line[:1000] for line in body.split(b"\n"))
    return message_from_bytes(root.source[: root.start] + cropped)


def _receiver_of_returned(leaves: list[Part]) -> str:
    """To whom the mail that came back was written, when that was one person."""
    for part in leaves:
        if part.type in _RETURNED_TYPES:
            content = part.payload()
            headers, _ = split_head(content, 0, len(content))
            receivers = parse_addresses(headers.first_filled("to"))
            return receivers[0].address if len(receivers) == 1 else ""
    return ""


def _addresses(found: Iterable[bytes]) -> list[str]:
    decoded = (item.decode("utf-8", "replace") for item in found)
    return sorted({address for item in decoded if (address := _address(item))})


def _bounced(addresses: list[str], is_permanent: bool, message_id: str, text: str) -> tuple[BouncedRecipient, ...]:
    status, diagnostic = status_in(text)
    if not status or (status[0] == "4" and is_permanent) or (status[0] == "5" and not is_permanent):
        status = "5.0.0" if is_permanent else "4.0.0"
    return tuple(
        BouncedRecipient(address, status, is_permanent, message_id, diagnostic, is_delay=not is_permanent)
        for address in addresses[:MAX_BOUNCES]
    )
