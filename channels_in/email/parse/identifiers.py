"""Message-IDs and dates of a mail: without brackets, bounded, deterministic where the sender gave none."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from channels_in.email.parse.limits import MAX_MESSAGE_ID, MAX_REFERENCES

_BRACKETED = re.compile(r"<([^<>]+)>")
_SPACES = re.compile(r"\s+")
_COMMENT = re.compile(r"\([^()]*\)")
_ZONE_AND_OFFSET = re.compile(r"\b(?:GMT|UTC?)\s?([+-]\d\d):?(\d\d)\b", re.IGNORECASE)
# Zones that senders name and the standard library takes for UTC.
_ZONES = {
    "WEST": "+0100", "BST": "+0100", "CET": "+0100", "MET": "+0100", "CEST": "+0200", "MEST": "+0200", "EET": "+0200",
    "EEST": "+0300", "MSK": "+0300", "JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100",
}  # fmt: skip
_NAMED_ZONE = re.compile(rf"\b({'|'.join(_ZONES)})\b")
# A clock that was never set, or one beyond all plans, says nothing.
_YEARS = range(1971, 2100)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?")


def message_ids(value: str) -> tuple[str, ...]:
    """Every id of a header, in order, once; ids written without brackets count when they have an @."""
    found = [_SPACES.sub("", match.group(1)) for match in _BRACKETED.finditer(value)]
    if not found:
        found = [word.strip("<>[](),;\"'") for word in value.split() if "@" in word]
    ids = dict.fromkeys(item.strip("[]") for item in found if 1 < len(item) <= MAX_MESSAGE_ID)
    if len(ids) > MAX_REFERENCES:
        kept = list(ids)
        return (kept[0], *kept[-(MAX_REFERENCES - 1) :])
    return tuple(ids)


def own_message_id(value: str) -> str:
    """The id of a Message-ID header; an odd one without @ or brackets is taken as it is."""
    ids = message_ids(value)
    if ids:
        return ids[0]
    return _SPACES.sub("", value).strip("<>[]")[:MAX_MESSAGE_ID]


def generated_message_id(raw: bytes) -> str:
    """The same mail gets the same id over every door: line ends and trailing blanks do not count."""
    body = raw.replace(b"\r\n", b"\n").rstrip()
    return f"{hashlib.sha256(body).hexdigest()}@generated"


def parse_date(value: str) -> datetime | None:
    """The sender's time in UTC, or None when it says nothing; it is shown, never used for order."""
    value = _COMMENT.sub(" ", value)[:200].strip()
    if not value:
        return None
    value = _ZONE_AND_OFFSET.sub(r"\1\2", value)
    value = _NAMED_ZONE.sub(lambda found: _ZONES[found.group()], value)
    iso = _ISO_DATE.match(value)
    try:
        date = datetime.fromisoformat(iso.group()) if iso else parsedate_to_datetime(value)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return date.astimezone(UTC).replace(microsecond=0) if date.year in _YEARS else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
